package dev.bingo.image;

import java.util.List;
import java.util.Optional;

/** What a source that stands before another one passes on; it closes that one. */
public abstract class ForwardingSource implements ImageSource {
  protected final ImageSource source;

  protected ForwardingSource(ImageSource source) {
    this.source = source;
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public String id(int i) {
    return source.id(i);
  }

  @Override
  public int label(int i) {
    return source.label(i);
  }

  @Override
  public List<String> classes() {
    return source.classes();
  }

  @Override
  public boolean numbered() {
    return source.numbered();
  }

  @Override
  public Pixels read(int i, Reduction reduction) throws BadImageException {
    return source.read(i, reduction);
  }

  @Override
  public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
    return source.read(i, reduction, buffer);
  }

  @Override
  public Dimensions dimensions(int i) throws BadImageException {
    return source.dimensions(i);
  }

  @Override
  public int resolved(int i) {
    return source.resolved(i);
  }

  @Override
  public Optional<Stamp> stamp(int i) {
    return source.stamp(i);
  }

  @Override
  public String digest(int i) throws BadImageException {
    return source.digest(i);
  }

  @Override
  public String fingerprint() {
    return source.fingerprint();
  }

  @Override
  public String describe() {
    return source.describe();
  }

  @Override
  public void close() {
    source.close();
  }
}
