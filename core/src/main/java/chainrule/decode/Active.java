package chainrule.decode;

import chainrule.decode.Result.Finish;
import chainrule.decode.rule.Path;
import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Segment;
import chainrule.model.Step;
import chainrule.model.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One text in an engine: its run, its cache and what it is to read next. All calls come from the engine's passes. */
final class Active implements AutoCloseable {
    private final CausalLM lm;
    private final Generation handle;
    private final Request request;
    private final Path prompt;
    private final Writer writer;
    private final Run run;
    private final Sight sight;
    private final Branches branches;
    private final Cache cache;
    private int promptRead;
    private Proposal proposal;
    private Choice settled = Choice.commit();
    private int firstNode;
    private int sent;

    Active(CausalLM lm, Generation handle) {
        this.lm = lm;
        this.handle = handle;
        request = handle.request();
        int[] ids = request.prompt();
        int[] ends =
                request.stops().tokens().stream().mapToInt(Integer::intValue).toArray();
        prompt = Path.of(ids, Engine.maxLength(lm, request), ends);
        proposal = Proposal.decided(ids[ids.length - 1]);
        writer = new Writer(prompt, request, handle::add);
        Text.Layers layers = new Text.Layers(lm.depth(), lm.tied(), lm::head);
        Draws draws = Draws.of(request.seed(), request.index());
        run = request.decoding().start(new Text(prompt, request.rules(), draws, layers));
        sight = new Sight(run.sites(), request.tap());
        branches = new Branches(request.alternatives().isPresent());
        cache = lm.newCache(request.side());
        cache.expect(Engine.maxLength(lm, request));
        if (writer.ended()) {
            finish(Finish.LENGTH);
        }
    }

    Generation handle() {
        return handle;
    }

    Cache cache() {
        return cache;
    }

    /** The most tokens that the text can have. */
    int maxLength() {
        return prompt.maxLength();
    }

    /** Tokens of the prompt that are not read yet. */
    int promptLeft() {
        return prompt.length() - promptRead;
    }

    /** Reads the next chunk of the prompt; the last is followed by the first choice. */
    void readPrompt(int chunk) {
        int count = Math.min(chunk, promptLeft());
        int[] ids = Arrays.copyOfRange(request.prompt(), promptRead, promptRead + count);
        Step step = lm.extend(List.of(segment(Segment.chain(count), Segment.Kind.PROMPT, ids)))
                .getFirst();
        promptRead += count;
        int[] all = new int[count];
        Arrays.setAll(all, i -> i);
        cache.keep(all, new int[0]);
        run.prompt(read(step, 0));
        if (promptLeft() == 0) {
            branches.append(proposal);
            Read last = read(step, count - 1);
            Choice choice = run.choose(last);
            if (!choice.done() && (choice.committed().length != 1 || choice.live().length > 0)) {
                throw new IllegalArgumentException(
                        "the first choice must commit the prompt's last token and nothing else");
            }
            branches.read(last);
            settled = new Choice(new int[] {0}, new int[0], choice.done());
            goOn();
        } else {
            sight.clear();
        }
    }

    /** What the next pass is to read. */
    Segment segment() {
        return segment(proposal.parents(), Segment.Kind.DECODE, proposal.tokens());
    }

    private Segment segment(int[] parents, Segment.Kind kind, int... ids) {
        return new Segment(new Tokens.Row(ids), parents, cache, sight.tap(), kind);
    }

    private Read read(Step step, int first) {
        return new Read(step, first, request.alternatives(), sight.seen());
    }

    /** Settles what the pass found for {@link #segment}; {@link #goOn} follows when all texts of the pass have. */
    void read(Step step) {
        Read read = read(step, 0);
        Choice choice = run.choose(read);
        checkSent(choice);
        branches.read(read);
        cache.keep(choice.committed(), choice.live());
        for (int i = sent; run.streams() && i < choice.committed().length && !writer.ended(); i++) {
            writer.add(token(choice.committed()[i]));
        }
        settled = choice;
    }

    private void checkSent(Choice choice) {
        for (int i = 0; i < sent; i++) {
            if (i >= choice.committed().length || choice.committed()[i] != firstNode + i) {
                throw new IllegalArgumentException("a decided token was not committed");
            }
        }
    }

    /** Proposes what the next pass is to read, unless the text has ended. */
    void goOn() {
        branches.keep(settled);
        if (!writer.ended() && !settled.done()) {
            propose();
        }
        if (writer.ended() || settled.done()) {
            finish(Finish.STOP);
        }
        sight.clear();
    }

    /** Asks for the next nodes and sends off the decided ones; where they end the text nothing is left to read. */
    private void propose() {
        proposal = run.propose();
        for (int id : proposal.tokens()) {
            if (id < 0 || id >= lm.vocabulary()) {
                throw new IllegalArgumentException(
                        "the method proposes token " + id + ", which the model does not have");
            }
        }
        firstNode = branches.append(proposal);
        sent = 0;
        while (sent < proposal.decided() && branches.known(firstNode + sent) && !writer.ended()) {
            writer.add(token(firstNode + sent));
            sent++;
        }
        if (!writer.ended() && cache.length() + branches.depth() > lm.context()) {
            throw new IllegalArgumentException(
                    "the method proposes tokens beyond the model's context of " + lm.context());
        }
    }

    private Token token(int node) {
        Token token = branches.token(node);
        return request.alternatives().isPresent() ? token.with(run.weighed()) : token;
    }

    /** Sends off the end, of the kind {@code otherwise} where the text has not ended by itself. */
    void finish(Finish otherwise) {
        if (run.streams() || writer.ended() || otherwise == Finish.CANCELLED) {
            writer.close(otherwise, OptionalDouble.empty(), List.of(), run.drafted());
            return;
        }
        List<Hypothesis> found = run.hypotheses();
        List<Result> others = new ArrayList<>();
        for (Hypothesis other : found.subList(1, found.size())) {
            others.add(write(other, new Writer(prompt, request, _ -> {}), List.of()));
        }
        write(found.getFirst(), writer, others);
    }

    private static Result write(Hypothesis hypothesis, Writer writer, List<Result> others) {
        for (Token token : hypothesis.tokens()) {
            if (!writer.ended()) {
                writer.add(token);
            }
        }
        return writer.close(Finish.STOP, OptionalDouble.of(hypothesis.score()), others, Optional.empty());
    }

    @Override
    public void close() {
        sight.clear();
        cache.close();
        run.close();
    }
}
