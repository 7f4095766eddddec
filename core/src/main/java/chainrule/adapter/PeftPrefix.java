package chainrule.adapter;

import chainrule.BadInput;
import chainrule.checkpoint.Quote;
import chainrule.checkpoint.TensorFile;
import chainrule.model.DecoderConfig;
import chainrule.model.Prefix;
import chainrule.model.family.Models;
import chainrule.model.family.Settings;
import chainrule.tensor.Scope;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** A prefix as PEFT keeps it: one matrix [M,2L·K·N], which an MLP may have made while it was trained. */
final class PeftPrefix {
    private static final String PAIRS = "prompt_embeddings";

    private PeftPrefix() {}

    static Adapter read(Settings config, TensorFile tensors, Models.Form form) {
        int length = config.count("num_virtual_tokens");
        if (length >= form.config().context()) {
            throw config.bad("a prefix of " + length + " leaves no room in the model's context of "
                    + form.config().context());
        }
        tensors.directory().keySet().stream()
                .filter(name -> !name.equals(PAIRS))
                .findFirst()
                .ifPresent(name -> {
                    throw new BadInput(tensors.origin() + ": " + Quote.of(name) + " is no part of a prefix.");
                });
        long[] shape = Prefix.shape(length, form.config());
        try (var _ = new Scope()) {
            Tensor flat = PeftFolder.floats(tensors, PAIRS, length, shape[1] * shape[2] * shape[3]);
            return new PrefixAdapter(new Prefix(Scope.own(flat.view(shape))));
        }
    }

    static Map<String, Tensor> write(PrefixAdapter adapter, Models.Form form, ObjectNode config) {
        DecoderConfig c = form.config();
        int keys = c.attention().heads().keys();
        config.put("peft_type", "PREFIX_TUNING");
        config.put("num_virtual_tokens", adapter.prefix().length());
        config.put("num_layers", c.layers());
        config.put("num_attention_heads", keys);
        config.put("token_dim", keys * c.attention().heads().width());
        config.put("num_transformer_submodules", 1);
        config.put("prefix_projection", false);
        config.put("encoder_hidden_size", c.width());
        return Map.of(PAIRS, adapter.prefix().pairs().detach().flatten(1, 3));
    }
}
