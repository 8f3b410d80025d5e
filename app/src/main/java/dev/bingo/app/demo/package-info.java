/**
 * The demo on Fashion-MNIST, from its data to its report. Below: report, terminal, run. Above:
 * command.
 */
package dev.bingo.app.demo;
