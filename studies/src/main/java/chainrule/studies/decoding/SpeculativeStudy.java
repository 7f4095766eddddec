package chainrule.studies.decoding;

import chainrule.Progress;
import chainrule.decode.Decoding;
import chainrule.decode.Greedy;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Sampling;
import chainrule.decode.Speculative;
import chainrule.decode.draft.Drafted;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.Lossless;
import chainrule.local.LocalModel;
import chainrule.local.Message;
import chainrule.nn.Compute;
import chainrule.studies.Claim;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Size;
import chainrule.studies.Study;
import chainrule.studies.data.DataSets;
import chainrule.studies.page.Bars;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whether drafts looked up in the text itself make greedy search faster and change nothing of what it writes. No model drafts:
 * what is measured is how often texts repeat their prompt, and what a pass over four tokens costs beside one over one.
 */
public record SpeculativeStudy() implements Study {
    private static final Claim EQUAL =
            Claim.gate("same-text", "With drafts greedy search writes the same tokens on every prompt.", "of prompts");
    private static final Claim TOKENS =
            Claim.gate("tokens-a-cycle", "Without the questions, a pass brings 1.4 tokens or more.", "tokens");
    private static final Claim SPEED =
            Claim.gate("speed", "After the prompt, text comes at least 1.15 times as fast.", "x");
    private static final Claim WHOLE =
            Claim.reported("speed-with-prompt", "The prompt's reading included, text comes faster.", "x");
    private static final Claim PASS = Claim.reported(
            "cost-of-a-pass", "A pass over four tokens takes at most 1.4 times as long as one over one.", "x");

    private static final List<String> CATEGORIES = List.of("summarization", "rag", "translation", "qa");
    private static final String QUESTIONS = "qa";
    private static final int EACH = 25;
    private static final int LONGEST = 700;
    private static final int TOKENS_NEW = 96;
    private static final int DRAFTS = 3;

    @Override
    public String name() {
        return "speculative-decoding";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Fast Inference from Transformers via Speculative Decoding",
                "Yaniv Leviathan, Matan Kalman, Yossi Matias",
                "ICML 2023",
                "https://arxiv.org/abs/2211.17192");
    }

    @Override
    public String method(Size size) {
        return size == Size.SMOKE
                ? "12 lines of definitions are continued by the embedded model, with and without drafts of 3 tokens."
                : String.format(
                        Locale.ROOT,
                        "%d prompts of Spec-Bench in each of %s, of at most %d tokens, are answered by SmolLM2-135M-Instruct with %d"
                                + " tokens, one at a time, by greedy search and by greedy search with drafts of %d tokens that are looked up"
                                + " in the text.",
                        EACH,
                        CATEGORIES,
                        LONGEST,
                        TOKENS_NEW,
                        DRAFTS);
    }

    @Override
    public List<Claim> claims(Size size) {
        return List.of(EQUAL, TOKENS, SPEED, WHOLE, PASS);
    }

    /** What one kind of prompt came to. */
    private static final class Sum {
        private int prompts;
        private int equal;
        private long tokens;
        private long drafted;
        private long cycles;
        private double reading;
        private double plain;
        private double fast;

        void add(Sum other) {
            prompts += other.prompts;
            equal += other.equal;
            tokens += other.tokens;
            drafted += other.drafted;
            cycles += other.cycles;
            reading += other.reading;
            plain += other.plain;
            fast += other.fast;
        }

        double perCycle() {
            return (double) drafted / cycles;
        }

        double speedUp() {
            return (plain - reading) / (fast - reading);
        }

        double whole() {
            return plain / fast;
        }

        /** A pass with drafts beside one without. */
        double pass() {
            return (fast - reading) / cycles / ((plain - reading) / tokens);
        }

        List<Object> row(String name) {
            return List.of(name, (long) prompts, (long) equal, perCycle(), speedUp(), whole(), pass());
        }
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        Decoding drafts = new Speculative(new Lookup(), DRAFTS);
        Decoding drawn = new Speculative(new Lookup(), DRAFTS, List.of(), new Sampling(), new Lossless());
        try (LocalModel model = lab.open(size, Compute.forDecoding())) {
            Map<String, List<Request>> prompts = prompts(size, model, lab);
            Map<String, Sum> sums = new LinkedHashMap<>();
            Sum sampled = new Sum();
            List<Outcome.Example> examples = new ArrayList<>();
            int all = prompts.values().stream().mapToInt(List::size).sum();
            try (Progress progress = lab.progress("prompts", all)) {
                int done = 0;
                for (var category : prompts.entrySet()) {
                    Sum sum = new Sum();
                    sums.put(category.getKey(), sum);
                    for (Request request : category.getValue()) {
                        progress.update(done++, category.getKey());
                        Result answer = measure(model, request, drafts, sum);
                        Drafted free = model.run(request.with(drawn).withSeed(1, done))
                                .drafted()
                                .orElseThrow();
                        sampled.cycles += free.cycles();
                        sampled.drafted += free.tokens();
                        if (examples.size() < sums.size()) {
                            examples.add(example(model, request, answer));
                        }
                    }
                }
                progress.update(all, "");
            }
            return outcome(sums, sampled, examples);
        }
    }

    private static Outcome outcome(Map<String, Sum> sums, Sum sampled, List<Outcome.Example> examples) {
        Sum all = new Sum();
        Sum counted = new Sum();
        sums.forEach((name, sum) -> {
            all.add(sum);
            if (!name.equals(QUESTIONS)) {
                counted.add(sum);
            }
        });
        double same = (double) all.equal / all.prompts;
        List<List<Object>> rows = new ArrayList<>();
        sums.forEach((name, sum) -> rows.add(sum.row(name)));
        rows.add(all.row("all"));
        return new Outcome(
                List.of(1L),
                List.of(
                        EQUAL.found(same, same == 1),
                        TOKENS.found(counted.perCycle(), counted.perCycle() >= 1.4),
                        SPEED.found(all.speedUp(), all.speedUp() >= 1.15),
                        WHOLE.found(all.whole(), all.whole() > 1),
                        PASS.found(all.pass(), all.pass() <= 1.4)),
                List.of(new Outcome.Table(
                        "By category",
                        List.of(
                                "category",
                                "prompts",
                                "same text",
                                "tokens a cycle",
                                "speed-up",
                                "with the prompt",
                                "cost of a pass"),
                        rows)),
                List.of(new Bars(
                        "Tokens a cycle",
                        "",
                        sums.entrySet().stream()
                                .map(e -> new Bars.Bar(e.getKey(), e.getValue().perCycle()))
                                .toList())),
                examples,
                List.of(String.format(
                        Locale.ROOT, "Sampling at temperature 1 has %.2f tokens a cycle.", sampled.perCycle())));
    }

    /** Answers a prompt without drafts and with them, and adds what that took. */
    private static Result measure(LocalModel model, Request request, Decoding drafts, Sum sum) {
        long began = System.nanoTime();
        model.run(request.withMaxTokens(1));
        long read = System.nanoTime();
        Result plain = model.run(request.with(new Greedy()));
        long written = System.nanoTime();
        Result fast = model.run(request.with(drafts));
        long ended = System.nanoTime();
        Drafted drafted = fast.drafted().orElseThrow();
        sum.prompts++;
        sum.equal += Arrays.equals(plain.ids(), fast.ids()) ? 1 : 0;
        sum.tokens += plain.tokens().size();
        sum.drafted += drafted.tokens();
        sum.cycles += drafted.cycles();
        sum.reading += (read - began) / 1e9;
        sum.plain += (written - read) / 1e9;
        sum.fast += (ended - written) / 1e9;
        return fast;
    }

    private static Outcome.Example example(LocalModel model, Request request, Result answer) {
        String prompt = model.prompts().tokenizer().decode(request.prompt(), true);
        String begin = prompt.length() > 300 ? prompt.substring(0, 300) : prompt;
        return new Outcome.Example(begin, List.of(new Outcome.Continuation("with or without drafts", answer.text())));
    }

    private static Map<String, List<Request>> prompts(Size size, LocalModel model, Lab lab) throws IOException {
        Map<String, List<Request>> all = new LinkedHashMap<>();
        if (size == Size.SMOKE) {
            Openings openings = Openings.of(size, model.prompts().tokenizer(), lab);
            all.put(
                    "definitions",
                    openings.prefixes().stream()
                            .map(ids -> model.request(ids).withMaxTokens(openings.tokens()))
                            .toList());
            return all;
        }
        CATEGORIES.forEach(category -> all.put(category, new ArrayList<>()));
        try (Stream<String> lines =
                Files.lines(lab.data().files(DataSets.SPEC_BENCH).getFirst())) {
            for (String line : (Iterable<String>) lines::iterator) {
                JsonNode json = JsonMapper.shared().readTree(line);
                List<Request> kind = all.get(json.get("category").stringValue());
                if (kind == null || kind.size() == EACH) {
                    continue;
                }
                String turn = json.get("turns").get(0).stringValue();
                Request request = model.chat(List.of(new Message("user", turn))).withMaxTokens(TOKENS_NEW);
                if (request.prompt().length <= LONGEST) {
                    kind.add(request);
                }
            }
        }
        return all;
    }
}
