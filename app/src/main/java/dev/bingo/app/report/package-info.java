/**
 * The page that a run leaves behind: one HTML file that needs nothing else.
 *
 * <p>Below: nothing. Above: demo.
 */
package dev.bingo.app.report;
