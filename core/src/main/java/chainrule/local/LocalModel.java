package chainrule.local;

import chainrule.adapter.Adapter;
import chainrule.adapter.PeftFolder;
import chainrule.checkpoint.Checkpoint;
import chainrule.decode.Decoding;
import chainrule.decode.Engine;
import chainrule.decode.Generation;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Token;
import chainrule.eval.Reading;
import chainrule.eval.Scoring;
import chainrule.model.CausalLM;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * A language model with its tokenizer, ready to continue texts.
 *
 * <pre>{@code
 * try (var lm = LocalModel.open("path/to/model")) {
 *     System.out.println(lm.generate("Once upon a time", new Greedy(), 40));
 * }
 * }</pre>
 *
 * <p>Texts that are {@link #submit}ted are worked on together by a thread of the model's own; all else is for one thread
 * at a time, and not while those run.
 */
public final class LocalModel implements AutoCloseable {
    /**
     * How a model is opened.
     *
     * @param compute the number type of products; without 8-bit products here the nearest other
     * @param kernels whether decoding runs on kernels, or by the plain definition of the model
     * @param adapter the folder of an adapter, as PEFT writes it, that changes the model
     * @param notices is told, in a sentence, what is otherwise than asked for
     */
    public record Options(Compute compute, boolean kernels, Optional<Path> adapter, Consumer<String> notices) {
        /** Without an adapter. */
        public Options(Compute compute, boolean kernels, Consumer<String> notices) {
            this(compute, kernels, Optional.empty(), notices);
        }

        /** What is fastest here; notices go to the system's logger {@code chainrule}. */
        public Options() {
            this(Compute.forDecoding());
        }

        public Options(Compute compute) {
            this(compute, true, notice -> System.getLogger("chainrule").log(Level.WARNING, notice));
        }
    }

    private final Checkpoint checkpoint;
    private final Compute compute;
    private final CausalLM lm;
    private final Prompts prompts;
    private final Engine engine;
    private boolean closed;

    private LocalModel(Checkpoint checkpoint, Compute compute, CausalLM lm, Prompts prompts) {
        this.checkpoint = checkpoint;
        this.compute = compute;
        this.lm = lm;
        this.prompts = prompts;
        this.engine = new Engine(lm);
    }

    /**
     * Opens a model in the form that decodes fastest here.
     *
     * @param model a folder, a {@code .gguf} or {@code .safetensors} file, or a name in the local store
     * @throws chainrule.BadInput where there is no such model, or it cannot be used
     */
    public static LocalModel open(String model) {
        return open(ModelArgument.find(model), new Options());
    }

    /** Opens a model whose products are of the given number type. */
    public static LocalModel open(String model, Compute compute) {
        return open(ModelArgument.find(model), new Options(compute));
    }

    /** Opens a model; its tokenizer is read beside its weights. */
    public static LocalModel open(Checkpoint checkpoint, Options options) {
        var reading = new FutureTask<>(() -> Prompts.of(checkpoint, options.notices()));
        Thread.ofPlatform().daemon().name("chainrule-tokenizer").start(reading);
        try {
            boolean kernels = kernels(options);
            Compute compute = compute(options, kernels);
            CausalLM lm = load(checkpoint, compute, kernels, options.adapter());
            try {
                return new LocalModel(checkpoint, compute, lm, result(reading));
            } catch (RuntimeException | Error e) {
                lm.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            discard(reading);
            throw e;
        }
    }

    /** Frees a tokenizer that nobody will use. */
    private static void discard(Future<Prompts> reading) {
        try {
            reading.get().close();
        } catch (ExecutionException e) {
            // It was not read, so there is nothing to free.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean kernels(Options options) {
        boolean kernels = options.kernels() && Machine.vectorApi();
        if (options.kernels() && !kernels) {
            options.notices()
                    .accept("The Vector API is absent, so decoding is slower: start Java with"
                            + " --add-modules=jdk.incubator.vector.");
        }
        return kernels;
    }

    private static Compute compute(Options options, boolean kernels) {
        Compute compute = Machine.nearest(options.compute(), kernels);
        if (kernels && compute != options.compute()) {
            options.notices().accept("libtorch has no 8-bit products on this platform: computing in " + compute + ".");
        }
        return compute;
    }

    private static Prompts result(Future<Prompts> reading) {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a tokenizer was read", e);
        }
    }

    private static CausalLM load(Checkpoint checkpoint, Compute compute, boolean kernels, Optional<Path> adapter) {
        if (adapter.isEmpty()) {
            return load(checkpoint, compute, kernels, Models.Change.NONE);
        }
        try (Adapter own = PeftFolder.read(adapter.get(), Models.form(checkpoint))) {
            return load(checkpoint, compute, kernels, own.change());
        }
    }

    private static CausalLM load(Checkpoint checkpoint, Compute compute, boolean kernels, Models.Change change) {
        return kernels
                ? Models.loadForDecoding(checkpoint, compute, change)
                : Models.load(checkpoint, change).in(compute);
    }

    public Checkpoint checkpoint() {
        return checkpoint;
    }

    public CausalLM lm() {
        return lm;
    }

    public Prompts prompts() {
        return prompts;
    }

    /** The number type of products. */
    public Compute compute() {
        return compute;
    }

    /** What the model's publisher suggests. */
    public Suggested suggested() {
        return Suggested.of(checkpoint.generationConfig());
    }

    /** The text that follows {@code prompt}. @throws chainrule.BadInput where the prompt is empty or too long */
    public String generate(String prompt, Decoding decoding, int maxTokens) {
        return run(request(prompt).with(decoding).withMaxTokens(maxTokens)).text();
    }

    /** A raw text to be continued, to the model's end of text. */
    public Request request(String prompt) {
        return request(prompts.text(prompt));
    }

    /** Tokens to be continued, to the model's end of text. */
    public Request request(int... ids) {
        Request request = Request.of(ids).with(prompts.ends());
        return prompts.stream().map(request::with).orElse(request);
    }

    /** A conversation whose next turn is to be said. */
    public Request chat(List<Message> messages) {
        return chat(Conversation.of(messages));
    }

    /** A conversation, perhaps with tools, whose next turn is to be said. */
    public Request chat(Conversation conversation) {
        return request(prompts.chat(conversation)).with(prompts.turnEnds());
    }

    /** Continues a text to its end. */
    public Result run(Request request) {
        return engine.run(request);
    }

    /** Begins a text, whose events come as it grows. */
    public Generation submit(Request request) {
        return engine.submit(request);
    }

    /** Every token's log-probability, and the {@code top} best tokens in its place. */
    public List<Token> score(int[] ids, int top) {
        return new Scoring(top).of(lm, ids, Reading.of(compute));
    }

    /** Ends all texts and frees the model. Closing again does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            engine.close();
            prompts.close();
            lm.close();
        }
    }
}
