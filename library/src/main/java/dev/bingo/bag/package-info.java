/** From teacher embeddings to bags of instances. */
package dev.bingo.bag;
