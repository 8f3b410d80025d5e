/** One file a learning method, and the parts they share. */
package dev.bingo.method;
