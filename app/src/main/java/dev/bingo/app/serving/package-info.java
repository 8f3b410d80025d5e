/**
 * What the pages of {@code bingo serve} need LibTorch for: choosing what to label, trainings, bags,
 * images of any kind of set. Below: {@code run}, {@code serve}. Above: {@code command}.
 */
package dev.bingo.app.serving;
