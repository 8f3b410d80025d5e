package dev.bingo.train;

import dev.bingo.encoder.Layer;
import dev.bingo.torch.Counter;
import dev.bingo.torch.TensorList;
import dev.bingo.torch.Tensors;
import dev.bingo.train.OptimiserConfig.Kind;
import dev.bingo.train.OptimiserConfig.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SGD, with or without LARS or LARC, and AdamW (arXiv 1711.05101), by PyTorch's rules. Its state is
 * registered buffers, so that a checkpoint saves it as it saves everything else.
 */
public final class Optimiser extends Layer {
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final OptimiserConfig config;
  private final List<Slot> slots = new ArrayList<>();
  private final Counter steps;

  private record Slot(Tensor parameter, Tensor first, Tensor second, boolean excluded) {
    boolean hasGradient() {
      Tensor g = parameter.grad();
      return g != null && g.defined();
    }
  }

  /**
   * An optimiser at its start.
   *
   * @param parameters by name, on their device; handles are kept
   */
  public Optimiser(OptimiserConfig config, Map<String, Tensor> parameters) {
    super("Optimiser");
    this.config = config;
    steps = new Counter(buffer("steps", Tensors.zeros(ScalarType.Long, 1)));
    parameters.forEach(
        (name, p) -> {
          p.retainReference();
          String key = name.replace('.', '/');
          Tensor first = buffer("momentum/" + key, torch.zeros_like(p.detach()));
          Tensor second =
              config.kind() == Kind.ADAMW
                  ? buffer("variance/" + key, torch.zeros_like(p.detach()))
                  : null;
          slots.add(new Slot(p, first, second, config.exclude1d() && p.dim() <= 1));
        });
  }

  /**
   * Scales all gradients down together where their norm is above a bound, as PyTorch's
   * clip_grad_norm_ does, which has the host wait for the norm.
   */
  void clip(double norm) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      TensorVector norms = new TensorVector();
      List<Tensor> gradients = new ArrayList<>();
      for (Slot slot : slots) {
        Tensor g = slot.parameter.grad();
        if (g.defined()) {
          gradients.add(g);
          norms.push_back(g.norm(new Scalar(2)));
        }
      }
      if (gradients.isEmpty()) {
        return;
      }
      Tensor all = gradients.size() == 1 ? norms.get(0) : torch.stack(norms).norm(new Scalar(2));
      Tensor factor =
          torch
              .full_like(all, new Scalar(norm))
              .div_(all.add(new Scalar(1e-6)))
              .clamp_max_(new Scalar(1.0));
      gradients.forEach(g -> g.mul_(factor));
    }
  }

  /** Moves all parameters that have a gradient; gradients stay as they are. */
  public void step(double learningRate) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      steps.set(steps.get() + 1);
      double t = steps.get();
      List<Slot> moved = slots.stream().filter(Slot::hasGradient).toList();
      if (config.kind() == Kind.ADAMW) {
        moved.forEach(slot -> adamW(slot, slot.parameter.grad(), learningRate, t));
      } else if (config.scaling() == Scaling.NONE) {
        sgd(moved.stream().filter(s -> !s.excluded).toList(), config.weightDecay(), learningRate);
        sgd(moved.stream().filter(Slot::excluded).toList(), 0, learningRate);
      } else {
        TensorList scaled = list(moved, slot -> scaled(slot, slot.parameter.grad(), learningRate));
        sgd(moved, list(moved, Slot::parameter), scaled, learningRate);
      }
    }
  }

  private void sgd(List<Slot> moved, double decay, double learningRate) {
    TensorList p = list(moved, Slot::parameter);
    TensorList g = list(moved, slot -> slot.parameter.grad());
    sgd(moved, p, decay == 0 ? g : g.plus(p, decay), learningRate);
  }

  /** All of them together: a GPU waits less for launches so, the CPU computes the same bits. */
  private void sgd(List<Slot> moved, TensorList p, TensorList g, double learningRate) {
    if (config.momentum() == 0) {
      p.add(g, -learningRate);
      return;
    }
    TensorList v = list(moved, Slot::first).scale(config.momentum()).add(g, 1);
    p.add(config.nesterov() ? g.plus(v, config.momentum()) : v, -learningRate);
  }

  private static TensorList list(List<Slot> slots, Function<Slot, Tensor> of) {
    return new TensorList(slots.stream().map(of).toList());
  }

  /** The gradient with weight decay and layer-wise scaling. */
  private Tensor scaled(Slot slot, Tensor g, double learningRate) {
    Tensor p = slot.parameter;
    double wd = slot.excluded ? 0 : config.weightDecay();
    Tensor decayed = wd == 0 ? g : g.add(p, new Scalar(wd));
    if (slot.excluded) {
      return decayed;
    }
    Tensor pNorm = p.norm(new Scalar(2));
    if (config.scaling() == Scaling.LARS) {
      Tensor gNorm = decayed.norm(new Scalar(2));
      Tensor ratio = pNorm.mul(new Scalar(config.trust())).div(gNorm);
      Tensor one = torch.ones_like(ratio);
      return decayed.mul(torch.where(bothPositive(pNorm, gNorm), ratio, one));
    }
    Tensor gNorm = g.norm(new Scalar(2));
    Tensor ratio =
        pNorm
            .mul(new Scalar(config.trust()))
            .div(gNorm.add(pNorm, new Scalar(wd)).add(new Scalar(1e-8)));
    if (config.scaling() == Scaling.LARC_CLIP) {
      ratio = ratio.div(new Scalar(learningRate)).clamp_max(new Scalar(1.0));
    }
    return torch.where(bothPositive(pNorm, gNorm), decayed.mul(ratio), g);
  }

  private static Tensor bothPositive(Tensor a, Tensor b) {
    return a.gt(new Scalar(0.0)).logical_and(b.gt(new Scalar(0.0)));
  }

  private void adamW(Slot slot, Tensor g, double learningRate, double t) {
    double beta1 = config.momentum();
    if (!slot.excluded) {
      slot.parameter.mul_(new Scalar(1 - learningRate * config.weightDecay()));
    }
    slot.first.mul_(new Scalar(beta1)).add_(g, new Scalar(1 - beta1));
    slot.second.mul_(new Scalar(BETA2)).addcmul_(g, g, new Scalar(1 - BETA2));
    Tensor denominator =
        slot.second
            .sqrt()
            .div_(new Scalar(Math.sqrt(1 - Math.pow(BETA2, t))))
            .add_(new Scalar(EPSILON));
    double rate = learningRate / (1 - Math.pow(beta1, t));
    slot.parameter.addcdiv_(slot.first, denominator, new Scalar(-rate));
  }
}
