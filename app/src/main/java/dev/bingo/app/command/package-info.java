/**
 * One file a command, and the options that commands share. Below: demo, terminal, run. Above: app.
 */
package dev.bingo.app.command;
