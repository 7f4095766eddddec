package chainrule.decode.draft;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.rule.Path;
import chainrule.model.CausalLM;

/**
 * A draft model by its name or path, as text can say it. Who opens models puts a {@link DraftModel} in its place; by
 * itself it cannot draft.
 */
public record NamedModel(String name) implements Drafter, Spec.Bare {
    public NamedModel {
        if (name.isBlank()) {
            throw new BadInput("The draft model's name is empty.");
        }
    }

    @Override
    public void check(CausalLM lm) {
        throw closed();
    }

    @Override
    public Drafting prepare(Path prompt, Law law, Chance chance) {
        throw closed();
    }

    private BadInput closed() {
        return new BadInput("The draft model '" + name + "' is only named here: open it and draft with DraftModel.");
    }
}
