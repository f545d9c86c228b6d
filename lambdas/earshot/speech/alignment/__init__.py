"""The writer's words laid on the listener's sound: timed, vouched for, and chosen between."""
