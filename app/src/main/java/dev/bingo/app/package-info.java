/** The command line. Below: command, terminal. Above: nothing. */
package dev.bingo.app;
