package dev.bingo.pretrained;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How somebody's public code names a backbone's tensors, as a row of a table.
 *
 * @param name of the method or library, for people
 * @param dict where in the file, a pattern for the path of the dict
 * @param prefix what comes before the backbone's own names, after any wrapper's ({@code module.})
 * @param head what comes before the projection head's names; empty where it has none that is read
 * @param renames pattern and replacement, applied in order to what follows the prefix
 * @param others what the same dict holds besides, as patterns of names without a wrapper
 */
record NameMap(
    String name,
    Pattern dict,
    String prefix,
    String head,
    List<Rename> renames,
    List<Pattern> others) {

  /** One replacement. */
  record Rename(Pattern pattern, String by) {}

  /** What PyTorch, its compiler and Lightning put around a network. */
  static final List<String> WRAPPERS =
      List.of(
          "",
          "module.",
          "_orig_mod.",
          "module._orig_mod.",
          "_orig_mod.module.",
          "model.",
          "model.module.",
          "module.model.",
          "net.",
          "network.");

  private static final String BLOCK = "encoder\\.layer\\.(\\d+)\\.";

  /** Where state dicts lie, also in a list. Those of an optimiser are never looked at. */
  private static final String ANY =
      "(\\d+|(\\d+/)?(state_dict|model|model_state_dict|model_state|net|network|weights|params|module"
          + "|ema|model_ema|state_dict_ema|swa_state_dict|encoder|backbone)(/\\d+)?)?";

  /** Where VISSL keeps the network. */
  private static final String TRUNK = "classy_state_dict/base_model/model/trunk";

  /** Averages over a training's last weights: what {@code state_dict} has is taken before them. */
  static final Pattern AVERAGED = Pattern.compile(".*(ema|swa|averaged?|momentum).*");

  /** Heads that don't belong to a backbone, whoever names them. */
  private static final List<Pattern> HEADS =
      patterns(
          "(fc|classifier|head|heads|head_dist|linear|projector|projection|projection_head|proj_head"
              + "|predictor|prediction_head|prototypes|last_layer|neck|mlp_head|pooler|pre_logits)\\..*",
          "(queue|queue_ptr|queue_ids|center|prototypes)(\\..*)?",
          // AveragedModel counts what it averaged.
          "n_averaged",
          "(criterion|loss|metric|metrics|train_acc|val_acc|accuracy|online_classifier)[\\w]*(\\..*)?");

  /**
   * DINOv2's training writes its blocks in chunks, under numbers that stay those of the whole;
   * kuangliu's and others' ResNets for small images name a block's 1 × 1 convolution otherwise.
   */
  private static final List<Rename> USUAL =
      renames(
          "blocks\\.\\d+\\.(\\d+\\..*)",
          "blocks.$1",
          "(.*\\.)?shortcut\\.([01])\\.(.*)",
          "$1downsample.$2.$3");

  /** In the order in which they are tried; the first that matches all wins. */
  static final List<NameMap> TABLE =
      List.of(
          row("MoCo v2", ANY, "encoder_q.", "fc.", "encoder_k\\..*"),
          row("MoCo v3", ANY, "base_encoder.", "", "momentum_encoder\\..*"),
          row("SwAV", ANY, "", "projection_head."),
          row("DINO, the teacher", "teacher", "backbone.", "", "(dino|ibot)_head\\..*"),
          row("DINO, the student", "student", "backbone.", ""),
          row("torchvision, timm, DINO's backbone, CompRess", ANY + "|teacher|student", "", ""),
          row("VISSL", TRUNK + "|" + ANY, "_feature_blocks.", "", "heads\\..*"),
          row("SimSiam, SupContrast", ANY, "encoder.", "", "encoder\\.fc\\..*"),
          row("SEED, the student", ANY, "student.", "fc.", "teacher\\..*"),
          row("SEED, the teacher", ANY, "teacher.", "fc.", "student\\..*"),
          row(
              "BYOL, the online network",
              ANY,
              "online_encoder.net.",
              "",
              "target_encoder\\..*",
              "online_predictor\\..*",
              "online_encoder\\.projector\\..*"),
          row(
              "BYOL, the online network",
              ANY,
              "online_network.encoder.",
              "",
              "target_network\\..*",
              "online_network\\..*"),
          row("BYOL, the online network", ANY, "online_network.", "", "target_network\\..*"),
          row(
              "backbone.* (Lightning, Barlow Twins, VICReg, OpenMMLab, solo-learn)",
              ANY,
              "backbone.",
              "",
              "(\\w+_)?(momentum|target|teacher|student|key|ema)(_\\w+)?\\..*",
              "bn\\..*"),
          row("encoder.* (Lightning, solo-learn)", ANY, "encoder.", "", "momentum_encoder\\..*"),
          row(
              "student.* (Lightning)",
              ANY,
              "student.backbone.",
              "",
              "teacher\\..*",
              "student\\..*"),
          sequential("Lightly (layers by number)", "backbone."),
          sequential("BYOL-PyTorch (layers by number)", "encoder."),
          sequential("SimCLR (layers by number)", "f."),
          sequential("layers by number", ""),
          huggingFaceResNet("Hugging Face ResNet", "resnet."),
          huggingFaceResNet("Hugging Face ResNet", ""),
          huggingFaceVit("Hugging Face ViT", "vit."),
          huggingFaceVit("Hugging Face ViT", ""),
          huggingFaceDinov2("Hugging Face DINOv2", "dinov2."),
          huggingFaceDinov2("Hugging Face DINOv2", "dinov2_with_registers."),
          huggingFaceDinov2("Hugging Face DINOv2", ""));

  private static NameMap row(
      String name, String dict, String prefix, String head, String... others) {
    return new NameMap(name, Pattern.compile(dict), prefix, head, USUAL, patterns(others));
  }

  /** {@code nn.Sequential(*list(resnet.children())[:-1])}. */
  private static NameMap sequential(String name, String prefix) {
    List<Rename> renames =
        renames(
            "0\\.(.*)",
            "conv1.$1",
            "1\\.(.*)",
            "bn1.$1",
            "4\\.(.*)",
            "layer1.$1",
            "5\\.(.*)",
            "layer2.$1",
            "6\\.(.*)",
            "layer3.$1",
            "7\\.(.*)",
            "layer4.$1");
    return new NameMap(
        name,
        Pattern.compile(ANY + "|online_network_state_dict"),
        prefix,
        "",
        renames,
        patterns("(g|projetion|projection|projector|target|backbone_momentum|momentum)\\w*\\..*"));
  }

  private static NameMap huggingFaceResNet(String name, String prefix) {
    List<Rename> renames =
        new ArrayList<>(
            renames(
                "embedder\\.embedder\\.convolution\\.(.*)",
                "conv1.$1",
                "embedder\\.embedder\\.normalization\\.(.*)",
                "bn1.$1",
                "encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.shortcut\\.convolution\\.(.*)",
                "stage$1.$2.downsample.0.$3",
                "encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.shortcut\\.normalization\\.(.*)",
                "stage$1.$2.downsample.1.$3"));
    for (int part = 0; part < 3; part++) {
      String at = "encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.layer\\." + part;
      renames.addAll(
          renames(
              at + "\\.convolution\\.(.*)", "stage$1.$2.conv" + (part + 1) + ".$3",
              at + "\\.normalization\\.(.*)", "stage$1.$2.bn" + (part + 1) + ".$3"));
    }
    for (int stage = 0; stage < 4; stage++) {
      renames.addAll(renames("stage" + stage + "\\.(.*)", "layer" + (stage + 1) + ".$1"));
    }
    return new NameMap(name, Pattern.compile(ANY), prefix, "", renames, patterns());
  }

  /**
   * Query, key and value are three matrices there and one here; {@link #JOINED} puts them together.
   */
  private static NameMap huggingFaceVit(String name, String prefix) {
    return huggingFaceTransformer(
        name,
        prefix,
        BLOCK + "intermediate\\.dense\\.(.*)",
        "blocks.$1.mlp.fc1.$2",
        BLOCK + "output\\.dense\\.(.*)",
        "blocks.$1.mlp.fc2.$2",
        BLOCK + "layernorm_before\\.(.*)",
        "blocks.$1.norm1.$2",
        BLOCK + "layernorm_after\\.(.*)",
        "blocks.$1.norm2.$2");
  }

  private static NameMap huggingFaceDinov2(String name, String prefix) {
    return huggingFaceTransformer(
        name,
        prefix,
        "embeddings\\.(mask_token|register_tokens)",
        "$1",
        BLOCK + "layer_scale([12])\\.lambda1",
        "blocks.$1.ls$2.gamma",
        BLOCK + "((norm[12]|mlp\\.fc[12])\\..*)",
        "blocks.$1.$2");
  }

  private static NameMap huggingFaceTransformer(String name, String prefix, String... own) {
    List<Rename> renames =
        new ArrayList<>(
            renames(
                "embeddings\\.cls_token",
                "cls_token",
                "embeddings\\.position_embeddings",
                "pos_embed",
                "embeddings\\.patch_embeddings\\.projection\\.(.*)",
                "patch_embed.proj.$1",
                BLOCK + "attention\\.attention\\.(query|key|value)\\.(.*)",
                "blocks.$1.attn.qkv.$3|$2",
                BLOCK + "attention\\.output\\.dense\\.(.*)",
                "blocks.$1.attn.proj.$2",
                "layernorm\\.(.*)",
                "norm.$1"));
    renames.addAll(renames(own));
    return new NameMap(name, Pattern.compile(ANY), prefix, "", renames, patterns());
  }

  /**
   * The parts of a joined tensor, in the order in which they are put together along dimension 0.
   */
  static final List<String> JOINED = List.of("query", "key", "value");

  private static List<Rename> renames(String... pairs) {
    List<Rename> renames = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      renames.add(new Rename(Pattern.compile(pairs[i]), pairs[i + 1]));
    }
    return renames;
  }

  private static List<Pattern> patterns(String... patterns) {
    List<Pattern> compiled = new ArrayList<>();
    for (String pattern : patterns) {
      compiled.add(Pattern.compile(pattern));
    }
    return compiled;
  }

  /**
   * What is what in a dict, by these names behind a wrapper.
   *
   * @param backbone the file's names by the backbone's own; a joined one is followed by a bar and
   *     its part
   * @param projection the file's names by the head's own
   * @param leftOut the file's names of known things that are not needed
   */
  record Sorted(
      Map<String, String> backbone, Map<String, String> projection, List<String> leftOut) {}

  Sorted sort(Iterable<String> names, String wrapper) {
    Sorted sorted = new Sorted(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
    for (String name : names) {
      String bare = name.startsWith(wrapper) ? name.substring(wrapper.length()) : name;
      boolean inside = name.startsWith(wrapper) && bare.startsWith(prefix);
      String own = inside ? bare.substring(prefix.length()) : bare;
      if (inside && !head.isEmpty() && own.startsWith(head)) {
        sorted.projection.put(own.substring(head.length()), name);
      } else if ((!inside && matches(others, bare))
          || matches(HEADS, own)
          || matches(HEADS, bare)) {
        sorted.leftOut.add(name);
      } else {
        // What is outside of the prefix keeps its whole name, and so will be found left over.
        sorted.backbone.put(inside ? rename(own) : name, name);
      }
    }
    return sorted;
  }

  /** How many of these names, behind a wrapper, are some network's. */
  int known(Iterable<String> names, String wrapper, Set<String> networks) {
    String front = wrapper + prefix;
    int known = 0;
    for (String name : names) {
      if (name.startsWith(front)) {
        String own = rename(name.substring(front.length()));
        int bar = own.indexOf('|');
        known += networks.contains(bar < 0 ? own : own.substring(0, bar)) ? 1 : 0;
      }
    }
    return known;
  }

  /** Whether only a head tells these names from the plain ones. */
  boolean toldByHead() {
    return prefix.isEmpty() && !head.isEmpty();
  }

  private String rename(String own) {
    for (Rename rename : renames) {
      var matcher = rename.pattern.matcher(own);
      if (matcher.matches()) {
        own = matcher.replaceFirst(rename.by);
      }
    }
    return own;
  }

  private static boolean matches(List<Pattern> patterns, String name) {
    return patterns.stream().anyMatch(p -> p.matcher(name).matches());
  }
}
