package chainrule.control;

import chainrule.BadInput;
import chainrule.Spec;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A feature φ of a text: a real number, as a rule 1 where something holds and 0 where not. Letters are compared as they
 * are written, capital or not, as the paper's scorers do, unless a feature says otherwise.
 */
public sealed interface Scorer
        permits Scorer.Contains,
                Scorer.StartsWith,
                Scorer.EndsWith,
                Scorer.ContainsWord,
                Scorer.ContainsAny,
                Scorer.LengthWithin,
                Scorer.Length,
                Scorer.PronounMajority,
                Scorer.Custom {
    double of(Sequence x);

    /** What messages call it. */
    default String name() {
        return this instanceof Record record ? Spec.format(record) : toString();
    }

    /** A feature of a system's, or of a library user's own. */
    non-sealed interface Custom extends Scorer {}

    /** 1 where {@code holds} is true of the text that the tokens read as. */
    static Scorer ofText(String name, Predicate<String> holds) {
        return new Named(name, x -> value(holds.test(x.text())));
    }

    /** A number for the tokens of a text. */
    static Scorer ofTokens(String name, ToDoubleFunction<int[]> feature) {
        return new Named(name, x -> feature.applyAsDouble(x.tokens()));
    }

    /** A feature by a lambda. */
    record Named(String name, ToDoubleFunction<Sequence> feature) implements Custom {
        @Override
        public double of(Sequence x) {
            return feature.applyAsDouble(x);
        }
    }

    /** {@code part} occurs in the text, within words too. */
    record Contains(String part) implements Scorer {
        public Contains {
            notBlank(part);
        }

        @Override
        public double of(Sequence x) {
            return value(x.text().contains(part));
        }
    }

    /** The text begins with {@code part}. */
    record StartsWith(String part) implements Scorer {
        public StartsWith {
            notBlank(part);
        }

        @Override
        public double of(Sequence x) {
            return value(x.text().startsWith(part));
        }
    }

    /** The text, but for white space after it, ends with {@code part}. */
    record EndsWith(String part) implements Scorer {
        public EndsWith {
            notBlank(part);
        }

        @Override
        public double of(Sequence x) {
            return value(x.text().stripTrailing().endsWith(part));
        }
    }

    /** {@code word} is one of the text's words. */
    record ContainsWord(String word) implements Scorer {
        public ContainsWord {
            notBlank(word);
        }

        @Override
        public double of(Sequence x) {
            return value(Words.of(x.text()).anyMatch(word::equals));
        }
    }

    /** One of {@code words}, a list about a topic, is one of the text's words. */
    record ContainsAny(List<String> words) implements Scorer {
        public ContainsAny {
            words = List.copyOf(words);
            words.forEach(Scorer::notBlank);
        }

        @Override
        public double of(Sequence x) {
            return value(Words.of(x.text()).anyMatch(words::contains));
        }
    }

    /** What a length is counted in. */
    enum Unit {
        TOKENS,
        WORDS,
        CHARACTERS;

        int count(Sequence x) {
            return switch (this) {
                case TOKENS -> x.tokens().length;
                case WORDS -> (int) Words.of(x.text()).count();
                case CHARACTERS -> x.text().codePointCount(0, x.text().length());
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The text has {@code from} to {@code to} units, both included. */
    record LengthWithin(int from, int to, Unit unit) implements Scorer {
        public LengthWithin {
            if (from < 0 || to < from) {
                throw new BadInput("No length lies within " + from + " and " + to + ".");
            }
        }

        @Override
        public double of(Sequence x) {
            int length = unit.count(x);
            return value(length >= from && length <= to);
        }
    }

    /** The length itself, a real feature. */
    record Length(Unit unit) implements Scorer {
        @Override
        public double of(Sequence x) {
            return unit.count(x);
        }
    }

    /** Whom pronouns stand for. */
    enum Gender {
        FEMALE,
        MALE;

        private Set<String> pronouns() {
            return this == FEMALE ? Set.of("she", "her", "herself") : Set.of("he", "him", "himself");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * More of the text's pronouns are {@code gender}'s than the other's, of she, her, herself and he, him, himself; with
     * equal numbers neither has the majority.
     *
     * @param ignoreCase whether a pronoun at the beginning of a sentence counts; not in the paper's code
     */
    record PronounMajority(Gender gender, boolean ignoreCase) implements Scorer {
        public PronounMajority(Gender gender) {
            this(gender, false);
        }

        @Override
        public double of(Sequence x) {
            int more = 0;
            for (String word : Words.of(x.text()).toList()) {
                String read = ignoreCase ? word.toLowerCase(Locale.ROOT) : word;
                for (Gender each : Gender.values()) {
                    more += each.pronouns().contains(read) ? each == gender ? 1 : -1 : 0;
                }
            }
            return value(more > 0);
        }
    }

    private static double value(boolean holds) {
        return holds ? 1 : 0;
    }

    private static void notBlank(String word) {
        if (word.isBlank()) {
            throw new BadInput("A feature needs something to look for: an empty word is in every text.");
        }
    }

    /** φ of many texts: [N]. */
    default double[] of(List<Sequence> texts) {
        return texts.stream().mapToDouble(this::of).toArray();
    }

    /** φ of many texts by many features: [N][F]. */
    static double[][] of(List<Scorer> features, List<Sequence> texts) {
        return texts.stream()
                .map(x -> features.stream().mapToDouble(f -> f.of(x)).toArray())
                .toArray(double[][]::new);
    }
}
