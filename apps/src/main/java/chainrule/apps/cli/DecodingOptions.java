package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.decode.Decoding;
import chainrule.decode.Request;
import chainrule.decode.Stops;
import chainrule.decode.draft.Drafter;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.Rules;
import chainrule.local.Suggested;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/** How a text is continued. */
final class DecodingOptions {
    @Option(
            names = "--decoding",
            paramLabel = "SPEC",
            description = "The method, as in sampling:temperature=0.7,topP=0.95.")
    Optional<String> decoding = Optional.empty();

    @Option(
            names = "--rule",
            paramLabel = "SPEC",
            description = "A logit rule, as in repetition-penalty:1.2; repeatable.")
    List<String> rules = new ArrayList<>();

    @Option(names = "--stop", paramLabel = "TEXT", description = "A text that ends the continuation; repeatable.")
    List<String> stops = new ArrayList<>();

    @Option(names = "--max-tokens", paramLabel = "N", description = "New tokens at most (256; 1024 in a chat).")
    Optional<Integer> maxTokens = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "Of random draws; without it another one each time.")
    Optional<Long> seed = Optional.empty();

    /**
     * What is asked for, read and checked.
     *
     * @param method empty: the usual one
     * @param seed chosen at random where none is asked for
     */
    record Chosen(Optional<Decoding> method, Rules rules, Stops stops, OptionalInt maxTokens, long seed) {
        Chosen with(Decoding other) {
            return new Chosen(Optional.of(other), rules, stops, maxTokens, seed);
        }

        /** A request with all that is asked for, and of what is not asked for the usual. */
        Request apply(Request request, Suggested usual, int usualTokens) {
            return request.with(method.orElse(usual.decoding()))
                    .with(rules.list().isEmpty() ? usual.rules() : rules)
                    .with(request.stops().and(stops))
                    .withMaxTokens(maxTokens.orElse(usualTokens))
                    .withSeed(seed, 0);
        }
    }

    /** @throws chainrule.BadInput for a method or a rule that does not exist */
    Chosen chosen() {
        return new Chosen(
                decoding.map(spec -> Spec.parse(spec, Decoding.class)),
                new Rules(rules.stream()
                        .map(spec -> Spec.parse(spec, LogitRule.class))
                        .toList()),
                new Stops(List.of(), stops),
                maxTokens.map(OptionalInt::of).orElse(OptionalInt.empty()),
                seed.orElseGet(() -> new SplittableRandom().nextLong(1_000_000)));
    }

    /** What can be named, for help. */
    static List<String> names() {
        List<String> lines = new ArrayList<>(List.of("", "Methods (--decoding) and their settings:"));
        Spec.describe(Decoding.class).forEach(m -> lines.add("  " + m));
        lines.addAll(List.of(
                "", "Drafts of speculative, as in speculative:draft=(lookup:ngram=2), or a model's name or path:"));
        Spec.describe(Drafter.class).forEach(m -> lines.add("  " + m));
        lines.addAll(List.of("", "Rules (--rule):"));
        Spec.describe(LogitRule.class).forEach(m -> lines.add("  " + m));
        return lines;
    }
}
