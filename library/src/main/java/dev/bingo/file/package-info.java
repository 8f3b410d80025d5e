/**
 * Files that somebody else may have made, or may come to read: opened only where they are plain,
 * held by one process at a time, printed without what steers a terminal.
 *
 * <p>Below: nothing. Above: all that reads or writes files.
 */
package dev.bingo.file;
