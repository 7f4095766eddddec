package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A beam search over one tree: the running prefixes are its branches. What all of them share is committed, the rest of
 * their tokens stays open.
 */
final class BeamRun implements Run {
    /** A prefix: its last token after another prefix, the root being the prompt. */
    private record Beam(Path path, double sum, @Nullable Beam before, Token token) {
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

    private final BeamSearch method;
    private final Text text;
    private final Nodes nodes = new Nodes();
    private List<Beam> running;
    private int[] ends = {-1};
    private List<Hypothesis> finished = new ArrayList<>();

    BeamRun(BeamSearch method, Text text) {
        this.method = method;
        this.text = text;
        this.running = List.of(new Beam(text.prompt(), 0, null, Token.of(0)));
        nodes.append(-1);
    }

    @Override
    public boolean streams() {
        return false;
    }

    @Override
    public List<Hypothesis> hypotheses() {
        if (finished.isEmpty()) {
            throw new BadInput(
                    "Beam search found no text: the rules forbid every token, or the model's scores are not numbers.");
        }
        return finished.subList(0, Math.min(method.best(), finished.size()));
    }

    @Override
    public Proposal propose() {
        int[] tokens = running.stream().mapToInt(b -> b.token.id()).toArray();
        nodes.append(ends);
        return Proposal.open(tokens, ends);
    }

    @Override
    public Choice choose(Read read) {
        int firstNew = nodes.live() - read.rows();
        List<Candidate> candidates = candidates(read);
        List<Beam> next = new ArrayList<>();
        int[] leaves = new int[method.beams()];
        boolean going = false;
        for (int rank = 0; rank < candidates.size(); rank++) {
            Candidate c = candidates.get(rank);
            Path path = running.get(c.beam).path;
            boolean ends = path.isEnd(c.token) || path.length() + 1 >= path.maxLength();
            going |= !ends;
            if (ends && rank < method.beams()) {
                finish(extend(read, c));
            } else if (!ends && next.size() < method.beams()) {
                leaves[next.size()] = firstNew + c.beam;
                next.add(extend(read, c));
            }
        }
        running = next;
        ends = Arrays.copyOf(leaves, next.size());
        return nodes.keepBranches(ends, !going || !improvable());
    }

    private Beam extend(Read read, Candidate c) {
        Beam before = running.get(c.beam);
        return new Beam(before.path.then(c.token), c.sum, before, read.token(c.beam, c.token));
    }

    /** The best tokens after all running beams, best first. */
    private List<Candidate> candidates(Read read) {
        int kept = Math.max(2, 1 + text.prompt().ends().length) * method.beams();
        List<Candidate> all = new ArrayList<>();
        for (int b = 0; b < running.size(); b++) {
            Beam beam = running.get(b);
            float[] scores = read.scores(b);
            double normaliser = Distribution.of(scores).normaliser();
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) (scores[i] - normaliser);
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
        finished.add(new Hypothesis(beam.tokens(), beam.sum / Math.pow(beam.path.generated(), method.lengthPenalty())));
        finished.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
        finished = new ArrayList<>(finished.subList(0, Math.min(method.beams(), finished.size())));
    }

    /** Whether a running beam may still become one of the best texts, as far as the method cares. */
    private boolean improvable() {
        if (running.isEmpty() || finished.size() < method.beams()) {
            return !running.isEmpty();
        }
        Path path = running.getFirst().path;
        int length = path.generated();
        switch (method.earlyStopping()) {
            case TRUE -> {
                return false;
            }
            case NEVER -> length = method.lengthPenalty() > 0 ? path.maxLength() - path.promptLength() : length;
            case FALSE -> {}
        }
        return running.getFirst().sum / Math.pow(length, method.lengthPenalty())
                > finished.getLast().score();
    }
}
