/**
 * The parts that methods are made of: losses, queues, prototypes, momentum copies, heads. Below:
 * encoder, view, torch. Above: method, and a method of your own.
 */
package dev.bingo.method.part;
