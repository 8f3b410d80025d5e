package dev.bingo.recipe;

import dev.bingo.method.BingoConfig;
import dev.bingo.method.BingoConfig.LossForm;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.ConeConfig;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MsvqConfig;
import dev.bingo.method.SeedConfig;
import dev.bingo.method.SwavConfig;
import dev.bingo.method.WclConfig;

/** From a recipe's section of a method to what the library's method is told. */
final class MethodSettings {
  private MethodSettings() {}

  static MocoConfig moco(Recipe r) {
    Sections.Moco m = r.moco();
    return new MocoConfig(
        m.temperature(),
        m.queue(),
        m.momentum(),
        m.embedding(),
        m.hidden(),
        m.symmetric(),
        m.groups(),
        Settings.augmentation(r),
        r.data().size());
  }

  static BingoConfig bingo(Recipe r) {
    Sections.Bingo b = r.bingo();
    return new BingoConfig(
        b.temperature(),
        b.queue(),
        b.hidden(),
        Settings.constant("bingo.loss", b.loss(), LossForm.class),
        b.intraWeight(),
        b.interWeight(),
        b.warmupEpochs(),
        b.cutmix(),
        b.enqueueMate(),
        b.maskOwn(),
        Settings.augmentation(r),
        r.data().size());
  }

  static SeedConfig seed(Recipe r) {
    Sections.Seed s = r.seed();
    return new SeedConfig(
        s.temperature(),
        s.teacherTemperature(),
        s.queue(),
        s.hidden(),
        s.patches(),
        s.patchSize(),
        s.patchCropMin(),
        s.patchCropMax(),
        Settings.augmentation(r),
        r.data().size());
  }

  static CompressConfig compress(Recipe r) {
    Sections.Compress c = r.compress();
    return new CompressConfig(
        c.temperature(),
        c.queue(),
        c.queues(),
        c.momentum(),
        Settings.augmentation(r),
        r.data().size());
  }

  static MsvqConfig msvq(Recipe r) {
    Sections.Msvq m = r.msvq();
    return new MsvqConfig(
        m.temperature(),
        m.teacherTemperature(),
        m.queue(),
        m.momentum1(),
        m.momentum2(),
        m.embedding(),
        m.hidden(),
        m.groups(),
        Settings.augmentation(r),
        Settings.augmentation("msvq.weak", m.weak()),
        r.data().size());
  }

  static SwavConfig swav(Recipe r) {
    Sections.Swav s = r.swav();
    return new SwavConfig(
        s.temperature(),
        s.epsilon(),
        s.iterations(),
        s.prototypes(),
        s.queue(),
        s.queueEpoch(),
        s.freezeSteps(),
        s.embedding(),
        s.hidden(),
        s.groups(),
        s.smallCrops(),
        s.smallSize(),
        s.smallMin(),
        s.smallMax(),
        Settings.augmentation(r),
        r.data().size());
  }

  static WclConfig wcl(Recipe r) {
    Sections.Wcl w = r.wcl();
    return new WclConfig(
        w.temperature(),
        w.embedding(),
        w.hidden(),
        w.graphWeight(),
        w.groups(),
        Settings.augmentation("wcl.warmup", w.warmup()),
        w.warmupEpochs(),
        w.smallCrops(),
        w.neighbours(),
        w.smallSize(),
        w.smallMin(),
        w.smallMax(),
        Settings.augmentation(r),
        r.data().size());
  }

  static ConeConfig cone(Recipe r) {
    Sections.Cone c = r.cone();
    return new ConeConfig(
        c.temperature(),
        c.consistencyTemperature(),
        c.neighbours(),
        c.neighbourWeight(),
        c.consistencyWeight(),
        c.labelSmoothing(),
        c.queue(),
        c.momentum(),
        c.warmupEpochs(),
        c.embedding(),
        c.hidden(),
        Settings.augmentation(r),
        r.data().size());
  }
}
