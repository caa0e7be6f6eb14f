"""`make stop`: ends the local stack, whatever state it is in."""

from local import emulator


def main() -> None:
    """Ends the emulator that was started last, and everything that it started."""
    running = emulator.find()
    if running is None:
        print("No local stack is running.")
        return
    running.stop()
    print(f"Stopped the local stack on port {running.port}.")


if __name__ == "__main__":
    main()
