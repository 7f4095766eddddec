package chainrule.decode;

import chainrule.decode.BeamSearch.EarlyStopping;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A beam search: the prefixes that go on and the texts that have ended. Several may share the passes of one run. */
final class Beams {
    /**
     * What a search goes by.
     *
     * @param size how many prefixes go on and how many ended texts are kept
     * @param endedCount whether a candidate that ends the text counts as one from which better texts may come
     */
    record Settings(int size, double lengthPenalty, EarlyStopping earlyStopping, boolean endedCount) {}

    /** A prefix: its last token after another prefix, the root being the prompt. */
    private record Beam(Path path, double sum, @Nullable Beam before, Token token, int row) {
        List<Token> tokens() {
            Token[] all = new Token[path.generated()];
            int i = all.length;
            for (Beam b = this; b != null && i > 0; b = b.before) {
                all[--i] = b.token;
            }
            return List.of(all);
        }
    }

    /** A token that may follow a running beam. */
    private record Candidate(int beam, int token, double sum) {}

    private final Settings settings;
    private final Text text;
    private List<Beam> running;
    private List<Hypothesis> finished = new ArrayList<>();
    private int firstRow;

    Beams(Settings settings, Text text) {
        this.settings = settings;
        this.text = text;
        this.running = List.of(new Beam(text.prompt(), 0, null, Token.of(0), 0));
    }

    boolean over() {
        return running.isEmpty();
    }

    /** The texts that have ended, best first. */
    List<Hypothesis> finished() {
        return finished;
    }

    /** The last tokens of the prefixes, to be read in the rows from {@code row} on. */
    int[] tokens(int row) {
        firstRow = row;
        return running.stream().mapToInt(b -> b.token.id()).toArray();
    }

    /** The row of the last pass that each prefix follows. */
    int[] rows() {
        return running.stream().mapToInt(Beam::row).toArray();
    }

    /**
     * Goes on by one token.
     *
     * @param taken tokens whose log-probability is less by {@code penalty}, once for each time they are named
     * @return the tokens with which prefixes go on
     */
    List<Integer> advance(Read read, List<Integer> taken, double penalty) {
        List<Candidate> candidates = candidates(read, taken, penalty);
        List<Beam> next = new ArrayList<>();
        for (int rank = 0; rank < candidates.size(); rank++) {
            Candidate c = candidates.get(rank);
            boolean ends = text.prompt().isEnd(c.token);
            if (ends && rank < settings.size) {
                finish(extend(read, c));
            } else if (!ends && next.size() < settings.size) {
                next.add(extend(read, c));
            }
        }
        boolean full = !next.isEmpty()
                && next.getFirst().path.length() >= text.prompt().maxLength();
        if (full) {
            next.forEach(this::finish);
        }
        running = full || !improvable(next, candidates) ? List.of() : next;
        return next.stream().map(b -> b.token.id()).toList();
    }

    private Beam extend(Read read, Candidate c) {
        Beam before = running.get(c.beam);
        int row = firstRow + c.beam;
        return new Beam(before.path.then(c.token), c.sum, before, read.token(row, c.token), row);
    }

    /** The best tokens after all running beams, best first. */
    private List<Candidate> candidates(Read read, List<Integer> taken, double penalty) {
        int kept = Math.max(2, 1 + text.prompt().ends().length) * settings.size;
        List<Candidate> all = new ArrayList<>();
        for (int b = 0; b < running.size(); b++) {
            Beam beam = running.get(b);
            float[] scores = read.scores(firstRow + b);
            double normaliser = Distribution.of(scores).normaliser();
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) (scores[i] - normaliser);
            }
            for (int token : taken) {
                scores[token] -= (float) penalty;
            }
            text.rules().apply(scores, beam.path);
            for (int token : Distribution.best(kept, scores)) {
                if (scores[token] > Float.NEGATIVE_INFINITY) {
                    all.add(new Candidate(b, token, beam.sum + scores[token]));
                }
            }
        }
        all.sort(Comparator.comparingDouble(Candidate::sum).reversed());
        return all.subList(0, Math.min(kept, all.size()));
    }

    private void finish(Beam beam) {
        finished.add(new Hypothesis(beam.tokens(), score(beam.sum, beam.path.generated())));
        finished.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
        finished = new ArrayList<>(finished.subList(0, Math.min(settings.size, finished.size())));
    }

    private double score(double sum, int length) {
        return sum / Math.pow(length, settings.lengthPenalty);
    }

    /** Whether one of the best texts may still come of these prefixes, as far as the settings care. */
    private boolean improvable(List<Beam> next, List<Candidate> candidates) {
        if (next.isEmpty() || finished.size() < settings.size) {
            return !next.isEmpty();
        }
        Path path = next.getFirst().path;
        int length = path.generated();
        switch (settings.earlyStopping) {
            case TRUE -> {
                return false;
            }
            case NEVER -> length = settings.lengthPenalty > 0 ? path.maxLength() - path.promptLength() : length;
            case FALSE -> {}
        }
        double sum = settings.endedCount ? candidates.getFirst().sum : next.getFirst().sum;
        return score(sum, length) > finished.getLast().score();
    }
}
