/** The page that a run leaves behind: one HTML file that needs nothing else. */
package dev.bingo.app.report;
