"""What tests are made with: real repositories, real processes, real terminals."""
