/**
 * What a person at a terminal sees, and the signals that they send. Below: run. Above: demo,
 * command.
 */
package dev.bingo.app.terminal;
