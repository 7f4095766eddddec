package chainrule.decode;

import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.Path;
import chainrule.model.Site;
import chainrule.tensor.Ops;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** DoLa at work: like greedy search it sends a token off before it reads it. */
final class DolaRun implements Run {
    private final Dola method;
    private final Text text;
    private final List<Site> early;
    private Path path;
    private int next;

    DolaRun(Dola method, Text text) {
        this.method = method;
        this.text = text;
        this.early = method.layers().of(text.layers().depth(), text.layers().tied()).stream()
                .map(l -> l == 0 ? Site.EMBEDDING : new Site(Site.Kind.BLOCK_OUT, l - 1))
                .toList();
        this.path = text.prompt();
    }

    @Override
    public Set<Site> sites() {
        return Set.copyOf(early);
    }

    @Override
    public Choice choose(Read read) {
        Tensor states = Ops.cat(early.stream().map(read::at).toList(), 0);
        float[] scores = method.contrast(read.logits(0, 1), text.layers().head().apply(states))
                .scores();
        if (!follows(scores) && !follows(read.scores(0))) {
            throw TokenByToken.nothingFollows(path);
        }
        path = path.then(next);
        return Choice.commit(0);
    }

    /** Whether the rules leave a token; if so, the best of them is next. */
    private boolean follows(float[] scores) {
        text.rules().apply(scores, path);
        next = Distribution.best(scores);
        return scores[next] > Float.NEGATIVE_INFINITY;
    }

    @Override
    public Proposal propose() {
        return Proposal.decided(next);
    }
}
