// Tlogcheck is an outside judge of a log's public files: Go's own sumdb/note opens the checkpoint, and Go's own
// sumdb/tlog checks inclusion and consistency from the tiles. It shares no code with Holdfast.
//
//	tlogcheck check  DIR KEY         every entry's inclusion, and consistency from many earlier sizes
//	tlogcheck since  DIR KEY OLD     consistency from the checkpoint in the file OLD
//	tlogcheck cosign DIR KEY         prints how many signatures are verified and unverified
//	tlogcheck tamper DIR KEY         changes, removes, moves and cuts every entry in turn; counts what is accepted
//	tlogcheck hash   DIR             hashes all entries up to the root; prints entries, root, nanoseconds
//	tlogcheck sign   SECRET          signs the text on standard input
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: tlogcheck check|since|cosign|tamper|hash DIR KEY [OLD]")
	}
	switch args[0] {
	case "hash":
		return hash(args[1])
	case "sign":
		return sign(args[1])
	}
	if len(args) < 3 {
		return fmt.Errorf("no key")
	}
	tree, opened, err := open(filepath.Join(args[1], "checkpoint"), args[2])
	if err != nil {
		return err
	}
	switch args[0] {
	case "cosign":
		fmt.Println(len(opened.Sigs), len(opened.UnverifiedSigs))
		return nil
	case "check":
		return check(args[1], tree)
	case "since":
		return since(args[1], tree, args[3], args[2])
	case "tamper":
		return tamper(args[1], tree)
	}
	return fmt.Errorf("unknown wish %s", args[0])
}

func open(path, key string) (tlog.Tree, *note.Note, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, nil, fmt.Errorf("no checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, nil, fmt.Errorf("no root")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, opened, nil
}

// tiles reads C2SP's tiles for Go's reader, whose paths also name the height of a tile.
type tiles struct {
	dir   string
	known map[string][]byte
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, ok := t.known[path]
		if !ok {
			var err error
			if data, err = os.ReadFile(filepath.Join(t.dir, path)); err != nil {
				return nil, err
			}
			t.known[path] = data
		}
		found = append(found, data)
	}
	return found, nil
}

// entries reads every entry of a tree of the given size from its bundles.
func entries(dir string, size int64) ([][]byte, error) {
	var found [][]byte
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: -1, N: n, W: 256}
		if size-n*256 < 256 {
			tile.W = int(size - n*256)
		}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		for i := 0; i < tile.W; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %s is cut at entry %d", path, n*256+int64(i))
			}
			length := int(binary.BigEndian.Uint16(data))
			found = append(found, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("bundle %s has bytes left over", path)
		}
	}
	return found, nil
}

func check(dir string, tree tlog.Tree) error {
	all, err := entries(dir, tree.N)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, &tiles{dir, map[string][]byte{}})
	for i, entry := range all {
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		if err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
	}
	step := tree.N/64 + 1
	for old := int64(1); old <= tree.N; old += step {
		if err := consistent(tree, reader, old, tlog.Hash{}); err != nil {
			return fmt.Errorf("from size %d: %v", old, err)
		}
	}
	fmt.Println("ok", tree.N)
	return nil
}

// consistent checks a consistency proof from the tree's own first old entries, or from a given root.
func consistent(tree tlog.Tree, reader tlog.HashReader, old int64, root tlog.Hash) error {
	if root == (tlog.Hash{}) {
		var err error
		if root, err = tlog.TreeHash(old, reader); err != nil {
			return err
		}
	}
	proof, err := tlog.ProveTree(tree.N, old, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old, root)
}

func since(dir string, tree tlog.Tree, old, key string) error {
	before, _, err := open(old, key)
	if err != nil {
		return err
	}
	if before.N > tree.N {
		return fmt.Errorf("the log is shorter than it was")
	}
	reader := tlog.TileHashReader(tree, &tiles{dir, map[string][]byte{}})
	if err := consistent(tree, reader, before.N, before.Hash); err != nil {
		return err
	}
	fmt.Println("ok", before.N, tree.N)
	return nil
}

func tamper(dir string, tree tlog.Tree) error {
	all, err := entries(dir, tree.N)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, &tiles{dir, map[string][]byte{}})
	accepted, tried := 0, 0
	try := func(proof tlog.RecordProof, at int64, entry []byte) {
		tried++
		if tlog.CheckRecord(proof, tree.N, tree.Hash, at, tlog.RecordHash(entry)) == nil {
			accepted++
		}
	}
	for i, entry := range all {
		at := int64(i)
		proof, err := tlog.ProveRecord(tree.N, at, reader)
		if err != nil {
			return err
		}
		changed := append([]byte{}, entry...)
		changed[i%len(changed)] ^= 1
		try(proof, at, changed)
		if i+1 < len(all) && !bytes.Equal(entry, all[i+1]) {
			// with entry i removed, or exchanged with its neighbour, its neighbour stands in its place
			try(proof, at, all[i+1])
		}
		if at > 0 {
			// the log cut to its first i entries, or another log of that size, under the same root
			cut, err := tlog.TreeHash(at, reader)
			if err != nil {
				return err
			}
			tried++
			if cut == tree.Hash {
				accepted++
			}
			forked := cut
			forked[i%tlog.HashSize] ^= 1
			tried++
			if consistent(tree, reader, at, forked) == nil {
				accepted++
			}
		}
	}
	fmt.Println("accepted", accepted, "of", tried)
	if accepted > 0 {
		return fmt.Errorf("a changed log was accepted")
	}
	return nil
}

func hash(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(strings.Split(string(data), "\n")[1], 10, 64)
	if err != nil {
		return err
	}
	before := spent()
	all, err := entries(dir, size)
	if err != nil {
		return err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for i, entry := range all {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	fmt.Println(size, base64.StdEncoding.EncodeToString(root[:]), spent()-before)
	return nil
}

// spent is the CPU time of this process so far, in nanoseconds: what shared machines can be compared by.
func spent() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func sign(secret string) error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(strings.TrimSpace(secret))
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}
