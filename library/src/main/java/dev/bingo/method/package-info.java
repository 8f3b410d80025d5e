/**
 * One file a learning method, and the parts they share.
 *
 * <p>A method reads like its paper's page: {@link dev.bingo.method.Bingo}, {@link
 * dev.bingo.method.MocoV2}, {@link dev.bingo.method.Swav}, {@link dev.bingo.method.Wcl}, {@link
 * dev.bingo.method.Cone}, {@link dev.bingo.method.Seed}, {@link dev.bingo.method.Compress}, {@link
 * dev.bingo.method.Msvq}. What it is told stands in a record beside it. The parts: {@link
 * dev.bingo.method.part.InfoNce} compares queries with a positive and the {@link
 * dev.bingo.method.part.Queue}'s negatives; {@code Similarities} compares what two networks find
 * alike; {@link dev.bingo.method.part.Prototypes} with {@link dev.bingo.method.part.Sinkhorn} share
 * images out; {@link dev.bingo.method.part.Components} finds weak labels; {@link
 * dev.bingo.method.Teacher} gives keys without being trained; shuffled, grouped batch-norm makes
 * one device the same method as several.
 *
 * <p>Below: method.part, view, encoder. Above: train.
 */
package dev.bingo.method;
