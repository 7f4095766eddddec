package chainrule.gdc;

import java.util.Locale;

/**
 * When the policy becomes the proposal, at an evaluation.
 *
 * @param kind what the two are compared by
 * @param best whether the policy must also be nearer than at every earlier replacement
 */
public record Criterion(Kind kind, boolean best) {
    /** A distance to the target. */
    public enum Kind {
        /** KL(p‖·), the paper's. */
        KL,
        TVD,
        /** At every evaluation. */
        INTERVAL,
        /** Not at all: plain DPG, whose proposal stays the original model. */
        NEVER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Criterion() {
        this(Kind.KL, false);
    }

    /** The policy's distance to the target; lower is better. */
    double distance(Evaluation of) {
        return kind == Kind.TVD ? of.tvd().value() : of.klTarget().value();
    }

    /** @param record the shortest distance of the replacements before */
    boolean replaces(Evaluation of, double record) {
        double proposal =
                kind == Kind.TVD ? of.tvdProposal().value() : of.klProposal().value();
        return of.z() > 0 && (kind == Kind.INTERVAL || distance(of) < proposal) && (!best || distance(of) < record);
    }
}
