/**
 * Image embeddings in a JVM service: Java 17 and ONNX Runtime, nothing else. Begin at {@link
 * dev.bingo.embed.Embedder}, or at {@link dev.bingo.embed.Classifier}.
 *
 * <p>Below: format. Above: your service.
 */
package dev.bingo.embed;
