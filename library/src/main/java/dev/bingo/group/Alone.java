package dev.bingo.group;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/** A group of one: everything stays as it is, to the bit. */
final class Alone implements Group {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Tensor gather(Tensor rows) {
    return rows;
  }

  @Override
  public Tensor take(Tensor rows, long[] wanted) {
    return rows.index_select(0, Tensors.upload(Tensors.of(wanted, wanted.length), rows.device()));
  }

  @Override
  public Tensor sum(Tensor part) {
    return part;
  }

  @Override
  public Tensor max(Tensor part) {
    return part;
  }

  @Override
  public void once(Runnable change) {
    change.run();
  }

  @Override
  public Tensor own(Tensor all) {
    return all;
  }
}
