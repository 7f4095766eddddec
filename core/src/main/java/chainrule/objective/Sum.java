package chainrule.objective;

import chainrule.BadInput;
import chainrule.Spec;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A weighted sum of means. Each is the mean of its own terms; those that read the batch itself share one pass. */
public record Sum(List<Spec.Weighted<Mean>> means) implements Objective {
    public Sum {
        means = List.copyOf(means);
        Set<Mean> seen = new HashSet<>();
        for (Spec.Weighted<Mean> m : means) {
            if (!Double.isFinite(m.weight())) {
                throw new IllegalArgumentException("the weight of " + m.method().name() + " is " + m.weight());
            }
            if (!seen.add(m.method())) {
                throw new IllegalArgumentException(m.method().name() + " twice: add up its weights");
            }
        }
    }

    /** The sum of {@code parts}; one part of weight 1 is itself. */
    static Objective of(List<Spec.Weighted<Objective>> parts) {
        if (parts.size() == 1 && parts.getFirst().weight() == 1) {
            return parts.getFirst().method();
        }
        try {
            return new Sum(parts.stream()
                    .flatMap(p -> p.method().means().stream()
                            .map(m -> new Spec.Weighted<>(p.weight() * m.weight(), m.method())))
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new BadInput("This objective cannot be: " + e.getMessage() + ".", e);
        }
    }

    /** As it is asked for: {@code next-token + 0.5*z-loss}. */
    @Override
    public String toString() {
        return means.stream()
                .map(m -> (m.weight() == 1 ? "" : number(m.weight()) + "*") + text(m.method()))
                .collect(Collectors.joining(" + "));
    }

    private static String text(Mean mean) {
        return switch (mean) {
            case Distillation d -> d.toString();
            case Record r -> Spec.format(r);
            default -> mean.name();
        };
    }

    private static String number(double weight) {
        return weight == Math.rint(weight) ? String.format(Locale.ROOT, "%.0f", weight) : Double.toString(weight);
    }
}
