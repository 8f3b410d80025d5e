/**
 * Encoded images of strangers: what they say of themselves, the limits that they are held to, and
 * readers of the formats whose codecs read other pixels than the file has. Shared by what trains
 * and what serves, so that both read the same images and refuse the same; it needs Java alone.
 *
 * <p>Below: Java alone. Above: image, and bingo-embed.
 */
package dev.bingo.format;
