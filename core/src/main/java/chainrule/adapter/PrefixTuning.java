package chainrule.adapter;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.Prefix;
import chainrule.model.family.Models;
import chainrule.tensor.Counter;

/**
 * Prefix tuning (Li and Liang, "Prefix-Tuning: Optimizing Continuous Prompts for Generation", ACL 2021): M keys and values
 * in every layer stand before the text, and they alone are trained. They steer the model as a prompt would, but are not
 * bound to be what any tokens would give.
 *
 * <pre>
 * attention(q, [P_k; K], [P_v; V])      P_k, P_v: [M,K,N] in each layer, seen at positions 0 to M-1
 * </pre>
 *
 * <p>The paper makes them by an MLP while it trains, for stability. Here they are parameters themselves and begin as the
 * keys and values of M random tokens, as MeZO (Malladi et al., 2023) does it, who find that beginning essential; M = 5 is
 * theirs. The paper finds that M up to about 10 (table to text) or 200 (summaries) helps.
 *
 * @param length M
 * @param seed of the tokens
 */
public record PrefixTuning(int length, long seed) implements AdapterMethod {
    public PrefixTuning {
        if (length < 1) {
            throw new IllegalArgumentException("a prefix of length " + length + ": at least 1 is needed");
        }
    }

    /** Five entries. */
    public PrefixTuning() {
        this(5, 0);
    }

    /** The tokens that a fresh prefix is made of. */
    int[] tokens(int vocabulary) {
        Counter counter = Counter.of(seed, "prefix");
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = (int) (counter.uniform(i) * vocabulary);
        }
        return ids;
    }

    /** @throws BadInput where it leaves no room for a text */
    @Override
    public Adapted on(Models.Form form, Decoder base) {
        check(form);
        return Adapted.of(new PrefixAdapter(Prefix.of(base, tokens(base.vocabulary()))), base);
    }

    /** @throws BadInput where it leaves no room for a text */
    @Override
    public void check(Models.Form form) {
        int context = form.config().context();
        if (length >= context) {
            throw new BadInput("A prefix of " + length + " leaves no room for a text in a context of " + context
                    + " tokens: choose a shorter one.");
        }
    }

    @Override
    public PrefixTuning withSeed(long other) {
        return new PrefixTuning(length, other);
    }

    @Override
    public int room() {
        return length;
    }
}
