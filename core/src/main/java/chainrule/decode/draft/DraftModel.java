package chainrule.decode.draft;

import chainrule.BadInput;
import chainrule.decode.rule.Path;
import chainrule.model.CausalLM;

/**
 * Another model that knows the same tokens, small enough that its passes cost little beside the model's. It keeps a cache
 * of its own for every text. Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative Decoding",
 * 2023, section 2, whose drafts are about a hundredth of the model's size.
 *
 * <p>It reads the text as the model does, then a level of the tree at a time. The first tokens after a node are drawn
 * from its law q without replacement; where q has no more, as in greedy search after the first, the best of the tokens
 * that the rules allow follow.
 *
 * <p>Its texts may be shorter than the model's: beyond its context it drafts nothing. What the model conditions on
 * besides the text it does not see.
 *
 * @param lm in its fastest form; the caller's to close, after the engine; used by one engine at a time
 */
public record DraftModel(CausalLM lm) implements Drafter {
    @Override
    public void check(CausalLM target) {
        if (target.vocabulary() != lm.vocabulary()) {
            throw new BadInput("The draft model has " + lm.vocabulary() + " tokens, the model has "
                    + target.vocabulary() + ": draft with a model of the same tokenizer.");
        }
        if (target.equals(lm)) {
            throw new BadInput("The model cannot be its own draft model, since the draft is read between its passes:"
                    + " open another one.");
        }
    }

    @Override
    public Drafting prepare(Path prompt, Law law, Chance chance) {
        return new ModelDrafting(lm, prompt, law, chance);
    }
}
