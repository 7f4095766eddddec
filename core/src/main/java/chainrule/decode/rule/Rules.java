package chainrule.decode.rule;

import chainrule.BadInput;
import chainrule.Spec;
import java.util.List;

/** Rules in the order in which they change the scores. */
public record Rules(List<LogitRule> list) {
    /** No rule at all. */
    public static final Rules NONE = new Rules(List.of());

    public Rules {
        list = List.copyOf(list);
    }

    public static Rules of(LogitRule... rules) {
        return new Rules(List.of(rules));
    }

    /** Changes {@code scores} in place by every rule in turn. */
    public void apply(float[] scores, Path path) {
        for (LogitRule rule : list) {
            rule.apply(scores, path);
        }
    }

    /** @throws BadInput where a rule names a token that a model of {@code vocabulary} tokens does not have */
    public void check(int vocabulary) {
        for (LogitRule rule : list) {
            rule.named().filter(t -> t < 0 || t >= vocabulary).findFirst().ifPresent(t -> {
                String name = rule instanceof Record record ? Spec.format(record) : rule.toString();
                throw new BadInput("The rule " + name + " names token " + t + ", but the vocabulary ends at "
                        + (vocabulary - 1) + ".");
            });
        }
    }
}
