"""What was exposed: who looked whom up, who could have, and who is told."""
