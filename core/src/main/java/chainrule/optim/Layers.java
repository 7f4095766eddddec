package chainrule.optim;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How {@link Mezo} treats the groups of parameters: each block is one, and so is what stands outside the blocks by the
 * first part of its path (the embedding, the head). A norm outside the blocks is in no group. (Malladi et al., 2023,
 * appendix B.3; the paper finds that none of these variants beats plain MeZO.)
 */
public sealed interface Layers {
    /** What a group's d is: 1, the length of its parameters, or of its gradient, both before the first step. */
    enum Norm {
        NONE,
        PARAMETERS,
        /** As |projected gradient| where this group alone is perturbed. */
        GRADIENT
    }

    Norm norm();

    /** Whether an estimate is multiplied by d, so that it stays one of the gradient. */
    default boolean unbiased() {
        return true;
    }

    /** The group of the parameter at {@code path}. */
    static Optional<String> group(String path) {
        List<String> parts = Arrays.asList(path.split("\\."));
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).chars().allMatch(Character::isDigit)) {
                return Optional.of(String.join(".", parts.subList(0, i + 1)));
            }
        }
        return parts.stream().anyMatch(p -> p.contains("norm")) ? Optional.empty() : Optional.of(parts.getFirst());
    }

    /** All parameters along one z. */
    record Together() implements Layers {
        @Override
        public Norm norm() {
            return Norm.NONE;
        }
    }

    /**
     * All parameters along z/d. The estimate is projected·d·z, which changes its variance only, or projected·z, the
     * gradient of a group divided by its d.
     */
    record Scaled(Norm norm, boolean unbiased) implements Layers {
        public Scaled() {
            this(Norm.PARAMETERS, true);
        }
    }

    /** One group after another along z/d, two passes for each; what is in no group stays. */
    record OneByOne(Norm norm) implements Layers {
        public OneByOne() {
            this(Norm.NONE);
        }
    }
}
