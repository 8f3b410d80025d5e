package dev.bingo.weights;

/**
 * A run of numbers in a checkpoint that tensors are views of. What it claims was compared with the
 * file, in the zip layout when it was met, in the legacy one before the checkpoint is handed out.
 *
 * @param key its name in the file
 * @param numel how many numbers
 */
record Storage(String key, StorageType type, long numel) {}
