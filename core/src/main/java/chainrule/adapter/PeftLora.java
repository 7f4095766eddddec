package chainrule.adapter;

import chainrule.BadInput;
import chainrule.checkpoint.Quote;
import chainrule.checkpoint.TensorFile;
import chainrule.model.family.Models;
import chainrule.model.family.Settings;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A LoRA adapter as PEFT keeps it: {@code base_model.model.NAME.lora_A.weight} [r,I] and {@code lora_B} [ΣO,r] for each map. */
record PeftLora(Settings config, TensorFile tensors) {
    private static final Pattern NAME = Pattern.compile("base_model\\.model\\.(.+)\\.lora_[AB]\\.weight");

    /** Switches and lists of PEFT's that make another method of it. */
    private static final List<String> SWITCHES = List.of("use_dora", "lora_bias", "use_qalora");

    private static final List<String> LISTS = List.of(
            "modules_to_save",
            "layer_replication",
            "trainable_token_indices",
            "target_parameters",
            "alora_invocation_tokens",
            "use_bdlora",
            "rank_pattern",
            "alpha_pattern",
            "arrow_config");

    /** Beginnings of A and B that leave the base's weights as they are. */
    private static final Set<String> STARTS = Set.of("gaussian", "eva", "orthogonal");

    Adapter read(Models.Form form) {
        checkMethod();
        int rank = config.count("r");
        double alpha = config.number("lora_alpha", 8);
        if (!(alpha > 0)) {
            throw config.bad("lora_alpha is " + alpha + ", not above 0");
        }
        List<Target> present = present(Target.of(form));
        for (Target target : present) {
            PeftFolder.check(tensors, name(target, "A"), rank, target.inputs());
            PeftFolder.check(tensors, name(target, "B"), target.outputs(), rank);
        }
        var lora = new Lora(
                rank,
                alpha,
                config.flag("use_rslora", false),
                present.stream().map(Target::name).toList(),
                0);
        List<LoraAdapter.Factors> factors = new ArrayList<>();
        try {
            present.forEach(target -> factors.add(factors(target, rank)));
            return new LoraAdapter(lora, List.copyOf(factors));
        } catch (RuntimeException | Error e) {
            new LoraAdapter(lora, factors).close();
            throw e;
        }
    }

    private void checkMethod() {
        SWITCHES.forEach(name -> config.require(name, false));
        for (String name : LISTS) {
            JsonNode value = config.json().path(name);
            if (!value.isMissingNode() && !value.isNull() && !(value.isContainer() && value.isEmpty())) {
                throw config.bad(name + " is not supported");
            }
        }
        if (config.has("bias") && !config.text("bias").equals("none")) {
            throw config.bad("bias '" + Quote.of(config.text("bias")) + "' is not supported: the base's must stay");
        }
        JsonNode start = config.json().path("init_lora_weights");
        if (start.isString() && !STARTS.contains(start.stringValue())) {
            throw config.bad("init_lora_weights '" + Quote.of(start.stringValue())
                    + "' changes the base's weights and is not supported: save the adapter converted to plain LoRA");
        }
    }

    /** The maps that are adapted. */
    private List<Target> present(List<Target> all) {
        Set<String> found = new LinkedHashSet<>();
        for (String name : tensors.directory().keySet()) {
            Matcher parts = NAME.matcher(name);
            if (!parts.matches()) {
                throw new BadInput(tensors.origin() + ": " + Quote.of(name) + " is no part of a LoRA adapter.");
            }
            found.add(parts.group(1));
        }
        List<Target> present = all.stream().filter(t -> found.remove(t.name())).toList();
        if (!found.isEmpty()) {
            throw new BadInput(tensors.origin() + ": the base model has no linear map "
                    + Quote.of(found.iterator().next()) + ": the adapter belongs to another one.");
        }
        for (String target : targets()) {
            boolean whole = !config.has("layers_to_transform") && !config.has("exclude_modules");
            all.stream()
                    .filter(t -> t.named(target) && whole && !present.contains(t))
                    .findFirst()
                    .ifPresent(t -> {
                        throw new BadInput(tensors.origin() + ": " + name(t, "A") + " is missing.");
                    });
            if (present.stream().noneMatch(t -> t.named(target))) {
                throw config.bad("target_modules names '" + Quote.of(target) + "', for which there are no tensors");
            }
        }
        if (present.isEmpty()) {
            throw new BadInput(tensors.origin() + ": there are no tensors in it.");
        }
        return present;
    }

    /** The names that {@code target_modules} lists; none where it is a pattern. */
    private List<String> targets() {
        JsonNode targets = config.json().path("target_modules");
        List<String> names = new ArrayList<>();
        if (targets.isArray()) {
            for (JsonNode each : targets) {
                if (!each.isString()) {
                    throw config.bad("target_modules lists something that is no name");
                }
                names.add(each.stringValue());
            }
        } else if (!targets.isString()) {
            throw config.bad("target_modules is neither a list of names nor a pattern");
        }
        return names;
    }

    private LoraAdapter.Factors factors(Target target, int rank) {
        try (var _ = new Scope()) {
            Tensor a = PeftFolder.floats(tensors, name(target, "A"), rank, target.inputs());
            Tensor b = PeftFolder.floats(tensors, name(target, "B"), target.outputs(), rank);
            return new LoraAdapter.Factors(
                    target,
                    Scope.own(a),
                    target.split(b).stream()
                            .map(part -> Scope.own(part.contiguous().clone()))
                            .toList());
        }
    }

    private static String name(Target target, String matrix) {
        return "base_model.model." + target.name() + ".lora_" + matrix + ".weight";
    }

    static Map<String, Tensor> write(LoraAdapter adapter, Models.Form form, ObjectNode config) {
        Lora settings = adapter.settings();
        List<Target> adapted =
                adapter.factors().stream().map(LoraAdapter.Factors::target).toList();
        config.put("peft_type", "LORA");
        config.put("r", settings.rank());
        config.put("lora_alpha", settings.alpha());
        config.put("use_rslora", settings.rslora());
        config.put("lora_dropout", 0.0);
        config.put("bias", "none");
        config.put("init_lora_weights", true);
        config.put("fan_in_fan_out", adapted.stream().anyMatch(Target::transposed));
        ArrayNode targets = config.putArray("target_modules");
        names(adapted, Target.of(form)).forEach(targets::add);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (LoraAdapter.Factors f : adapter.factors()) {
            tensors.put(name(f.target(), "A"), f.a().detach());
            tensors.put(
                    name(f.target(), "B"),
                    f.target().join(f.b().stream().map(Tensor::detach).toList()).contiguous());
        }
        return tensors;
    }

    /** The last words of the adapted maps' names where these name no others, else whole names. */
    private static List<String> names(List<Target> adapted, List<Target> all) {
        List<String> words =
                adapted.stream().map(Target::word).distinct().sorted().toList();
        boolean exact = all.stream().filter(t -> words.contains(t.word())).allMatch(adapted::contains);
        return exact ? words : adapted.stream().map(Target::name).toList();
    }
}
