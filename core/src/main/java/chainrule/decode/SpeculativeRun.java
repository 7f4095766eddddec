package chainrule.decode;

import chainrule.decode.draft.Acceptance.Verdict;
import chainrule.decode.draft.Draft;
import chainrule.decode.draft.Drafted;
import chainrule.decode.draft.Drafting;
import chainrule.decode.draft.Law;
import chainrule.decode.draft.Shape;
import chainrule.decode.rule.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Speculative decoding of one text. A proposal is the token that the last pass settled on and has not read, then the
 * draft's nodes; what the pass commits is that token and the accepted nodes.
 */
final class SpeculativeRun implements Run {
    private final Speculative method;
    private final Text text;
    private final Law law;
    private final Drafting drafting;
    private final Shape shape;
    private Path path;
    private OptionalInt next = OptionalInt.empty();
    private Draft draft = Draft.NONE;
    private Drafted drafted = Drafted.NONE;

    SpeculativeRun(Speculative method, Text text, Law law) {
        this.method = method;
        this.text = text;
        this.law = law;
        shape = new Shape(method.tokens(), method.widths());
        path = text.prompt();
        drafting = method.draft().prepare(path, law, text.draws());
    }

    @Override
    public void prompt(Read chunk) {
        drafting.prompt(chunk);
    }

    @Override
    public Proposal propose() {
        int token = next.orElseThrow(() -> TokenByToken.nothingFollows(path));
        path = path.then(token);
        int room = path.maxLength() - path.length() - 1;
        draft = path.isEnd(token) || room < 1 ? Draft.NONE : drafting.propose(path, shape.within(room));
        int[] tokens = new int[1 + draft.size()];
        int[] parents = new int[tokens.length];
        tokens[0] = token;
        parents[0] = -1;
        for (int i = 0; i < draft.size(); i++) {
            tokens[i + 1] = draft.tokens()[i];
            parents[i + 1] = draft.parents()[i] + 1;
        }
        return new Proposal(tokens, parents, 1);
    }

    @Override
    public Choice choose(Read read) {
        boolean first = path.generated() == 0;
        Verdict verdict = method.acceptance()
                .judge(draft, path, (node, at) -> law.after(read.scores(node + 1), at), text.draws());
        int[] committed = new int[1 + verdict.accepted().size()];
        for (int i = 1; i < committed.length; i++) {
            committed[i] = verdict.accepted().get(i - 1) + 1;
        }
        if (!first) {
            drafting.learn(read, committed);
            drafted = drafted.and(draft, verdict);
        }
        path = verdict.path();
        next = verdict.next();
        return Choice.commit(committed);
    }

    @Override
    public Optional<Drafted> drafted() {
        return Optional.of(drafted);
    }

    @Override
    public void close() {
        drafting.close();
    }
}
