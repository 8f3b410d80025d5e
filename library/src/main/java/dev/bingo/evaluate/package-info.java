/** How good an encoder is: weighted k-nearest neighbours and linear probes. */
package dev.bingo.evaluate;
