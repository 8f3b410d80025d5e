/**
 * Image embeddings in Spark: a {@code spark.ml} transformer, a function for SQL and a job. Begin at
 * {@link dev.bingo.spark.ImageEmbedder}.
 *
 * <p>Below: embed, and Spark, which is the cluster's own. Above: your job.
 */
package dev.bingo.spark;
