"""Where what is published goes: a folder, a branch of a Git repository, a bucket."""
