"""What tests plant into an office before they visit every page: one file a room, each with `PLANT(world)`.

`PLANT` puts made-up things into the office whose every text holds the canary, and gives the addresses of pages that
show them. Tests then visit these and all other pages in every role.
"""
