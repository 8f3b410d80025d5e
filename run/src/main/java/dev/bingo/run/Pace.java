package dev.bingo.run;

/**
 * How fast this machine does the parts of a training, as measured.
 *
 * @param step seconds of an optimiser step; with its teacher where that runs beside the student
 * @param timed steps that were timed
 * @param embed seconds an image that the encoder embeds
 * @param teach seconds an image that the teacher embeds; 0 without a teacher
 * @param read seconds an image that is read and decoded
 * @param width of the features that neighbours are searched by
 * @param memory bytes that the process had at its most, and heap that it will yet fill
 */
record Pace(
    double step, int timed, double embed, double teach, double read, int width, long memory) {}
