package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Heads;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * SimReg: regression as a simple yet effective tool for self-supervised knowledge distillation
 * (Navaneet et al., BMVC 2021, arXiv 2201.05131).
 *
 * <p>The student's features f_S, behind a head h that is dropped afterwards, are to point where the
 * frozen teacher's f_T do. No queue, no negatives, no mates:
 *
 * <pre>
 * s = h(f_S(v))   t = f_T(v)                               rows of length 1, no gradient through t
 * loss = ‖s − t‖² = 2 − 2 s·t                              mean over the batch
 * </pre>
 *
 * <p>As in the public code (UCDvision/simreg), whose heads of fewer layers are linear maps.
 */
public final class SimReg implements Method {
  private final SimRegConfig config;
  private final Keys teacher;
  private final State state;

  private static final class State extends Layer {
    final EmbeddingNet student;

    State(EmbeddingNet student) {
      super("SimReg");
      this.student = child("student", student);
    }
  }

  /**
   * A distillation at its start.
   *
   * @param student its backbone, trained in place
   * @param teacher its features, without its head: a {@link Teacher}, or {@link CachedKeys} that it
   *     gave once
   */
  public SimReg(SimRegConfig config, Backbone student, Keys teacher, long seed) {
    this.config = config;
    this.teacher = teacher;
    ProjectionHead head = config.head().create(student.width(), teacher.width());
    state = new State(Heads.on(student, head, seed));
    Modules.batchNormGroups(state, teacher.groups());
  }

  @Override
  public String name() {
    return "simreg";
  }

  @Override
  public List<View> views() {
    return config.views();
  }

  @Override
  public Recording recording() {
    return teacher.recording();
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    Tensor t = teacher.keys(images, progress, 0).get(0);
    int own = config.studentView() ? 1 : 0;
    Tensor s = state.student.embed(images.view(own), images.precision());
    Tensor cosine = s.mul(t).sum(1).mean();
    Map<String, Tensor> figures = new LinkedHashMap<>();
    figures.put("teacher_cosine", cosine.detach());
    figures.put("embedding_std", Figures.embeddingStd(s));
    return new Loss(cosine.mul(new Scalar(-2.0)).add(new Scalar(2.0)), figures);
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.student.backbone();
  }

  @Override
  public ProjectionHead head() {
    return state.student.head();
  }

  /** Of directions at right angles. */
  @Override
  public double chanceLoss() {
    return 2;
  }

  @Override
  public void checkRanks(int ranks) {
    Demand.NONE.groups(Teacher.GROUPS, teacher.groups()).checkRanks(ranks);
  }

  @Override
  public void check(int images, int batch) {
    Demand.NONE.groups(Teacher.GROUPS, teacher.groups()).check(images, batch);
  }
}
