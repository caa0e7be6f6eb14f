"""The staff's console: login, pages by group, and the shell around them. See docs/console.md."""
