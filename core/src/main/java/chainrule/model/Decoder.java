package chainrule.model;

import chainrule.nn.Attention;
import chainrule.nn.Compute;
import chainrule.nn.Dense;
import chainrule.nn.Init;
import chainrule.nn.Linear;
import chainrule.nn.Norm;
import chainrule.nn.Positions;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The transformer decoder (Vaswani et al., 2017; Radford et al., 2019), pre-norm, in plain libtorch operations:
 * differentiable, readable, and the judge of every faster form.
 *
 * <p>Legend: B texts, T tokens, R rows, D width, V vocabulary.
 *
 * @param embed token vectors: [V,D]
 * @param positions what a position adds, or how it turns queries and keys
 * @param head [D] to [V]; empty where the embedding's weight serves
 * @param prefix what every text begins with; empty: nothing
 * @param compute the number type of products; float32 or bfloat16
 * @param residual the number type of the residual stream: bfloat16 trains a third faster, float32 is more exact
 */
public record Decoder(
        DecoderConfig config,
        Tensor embed,
        Positions positions,
        List<Block> blocks,
        Norm norm,
        Optional<Linear> head,
        Optional<Prefix> prefix,
        ScalarType compute,
        ScalarType residual)
        implements CausalLM, Blocks {

    /** Without a prefix. */
    public Decoder(
            DecoderConfig config,
            Tensor embed,
            Positions positions,
            List<Block> blocks,
            Norm norm,
            Optional<Linear> head,
            ScalarType compute,
            ScalarType residual) {
        this(config, embed, positions, blocks, norm, head, Optional.empty(), compute, residual);
    }

    /** A decoder whose parameters come from {@code init}, computing in float32. */
    public static Decoder create(DecoderConfig config, Init init) {
        Parts parts = new Parts.Made(config, init, Optional.empty());
        return new Decoder(
                config,
                parts.embed(),
                parts.positions(),
                IntStream.range(0, config.layers()).mapToObj(parts::block).toList(),
                parts.norm(),
                parts.head(),
                ScalarType.Float,
                ScalarType.Float);
    }

    /** What {@link #create} and then {@link #forDecoding} give, without all of it in float32 at a time. */
    public static CausalLM createForDecoding(DecoderConfig config, Init init, Compute compute) {
        return createForDecoding(config, init, Optional.empty(), compute);
    }

    /** Likewise, behind a copy of {@code prefix}. */
    public static CausalLM createForDecoding(
            DecoderConfig config, Init init, Optional<Prefix> prefix, Compute compute) {
        return RowDecoder.of(new Parts.Made(config, init, prefix), compute);
    }

    /** The same parameters, with {@code before} before every text. */
    public Decoder behind(Prefix before) {
        before.check(config);
        return new Decoder(config, embed, positions, blocks, norm, head, Optional.of(before), compute, residual);
    }

    /** The same parameters, computing in {@code type}. */
    public Decoder in(Compute type) {
        return in(type, type);
    }

    /** The same parameters, with products in {@code compute} around a residual stream in {@code residual}. */
    public Decoder in(Compute compute, Compute residual) {
        return new Decoder(
                config, embed, positions, blocks, norm, head, prefix, compute.tensorType(), residual.tensorType());
    }

    @Override
    public Tree parameters() {
        return Tree.of(this);
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public int context() {
        return config.context() - before();
    }

    @Override
    public int depth() {
        return blocks.size();
    }

    @Override
    public boolean tied() {
        return config.tied();
    }

    @Override
    public Step forward(Input in, Tap tap) {
        Tensor x = embed(in);
        Block.Pass pass = pass((int) x.size(1), tap);
        x = Block.see(tap, Site.Kind.EMBEDDING, 0, x);
        for (int l = 0; l < blocks.size(); l++) {
            x = tap == Tap.NONE ? swept(l, x, pass) : blocks.get(l).apply(l, x, pass);
        }
        return new Hidden(this, Block.see(tap, Site.Kind.FINAL, 0, norm(x)).flatten(0, 1));
    }

    /** Block {@code l}, of which only the output and what the gradient needs outlive it. */
    private Tensor swept(int l, Tensor x, Block.Pass pass) {
        try (var scope = new Scope()) {
            return scope.keep(blocks.get(l).apply(l, x, pass));
        }
    }

    @Override
    public Tensor embed(Input in) {
        return embed(in.tokens(), positions(in.tokens().length()));
    }

    /** Those of a text of {@code length} tokens. */
    private int[] positions(int length) {
        config.checkLength(length, before());
        return IntStream.range(before(), before() + length).toArray();
    }

    /** M, the entries of the prefix. */
    private int before() {
        return prefix.map(Prefix::length).orElse(0);
    }

    /** [..,T,D] for the tokens at {@code at}, T positions. */
    Tensor embed(Tokens tokens, int[] at) {
        Tensor vectors = switch (tokens) {
            case Tokens.Ids(Tensor ids) -> lookup(ids);
            case Tokens.Row(int[] ids) -> lookup(Ops.ids(ids));
            case Tokens.Vectors(Tensor given) -> given;
        };
        if (positions instanceof Positions.Learned(Tensor weight)) {
            vectors = vectors.add(torch.embedding(weight, Ops.ids(at)));
        }
        return vectors.to(residual);
    }

    private Tensor lookup(Tensor ids) {
        return torch.embedding(embed, ids, config.padding().orElse(-1), false, false);
    }

    @Override
    public Tensor block(int index, Tensor xBTD, Tap tap) {
        return blocks.get(index).apply(index, xBTD, pass((int) xBTD.size(1), tap));
    }

    @Override
    public Tensor norm(Tensor x) {
        return norm.apply(x).to(compute);
    }

    @Override
    public Tensor head(Tensor hidden) {
        Tensor logits =
                head.isPresent() ? head.get().apply(hidden) : torch.linear(hidden, embed.to(hidden.scalar_type()));
        return logits.to(ScalarType.Float);
    }

    @Override
    public Optional<Tensor> headWeight() {
        return headMap() instanceof Dense(Tensor weight, var bias) && bias.isEmpty()
                ? Optional.of(weight)
                : Optional.empty();
    }

    /** The output head as a map. */
    public Linear headMap() {
        return head.orElseGet(() -> new Dense(embed, Optional.empty()));
    }

    @Override
    public Cache newCache(Side side) {
        return new KeyValueCache(config, prefix);
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        return segments.stream().map(s -> CachedPass.read(this, s)).toList();
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        return RowDecoder.of(new Parts.Copied(this), compute);
    }

    /** The rotation of the queries and keys at {@code at}, where the model rotates. */
    Optional<Attention.Turn> turn(int... at) {
        return positions instanceof Positions.Rotated(var rotary)
                ? Optional.of(new Attention.Turn(rotary, rotary.at(at)))
                : Optional.empty();
    }

    private Block.Pass pass(int length, Tap tap) {
        Tensor mask = Causal.mask(before() + length, config.window(), compute).narrow(0, before(), length);
        Block.LayerMix mix = (layer, q, k, v) -> {
            Tensor keys = prefix.map(p -> Prefix.join(p.keys(layer), k)).orElse(k);
            Tensor values = prefix.map(p -> Prefix.join(p.values(layer), v)).orElse(v);
            return Causal.attend(q, keys.permute(0, 2, 3, 1), values.transpose(1, 2), mask);
        };
        return new Block.Pass(config.flow(), compute, turn(positions(length)), mix, tap);
    }

    /** Rows whose logits are computed when asked for. */
    record Hidden(Decoder lm, Tensor hidden) implements Step {
        @Override
        public int rows() {
            return (int) hidden.size(0);
        }

        @Override
        public Tensor logits(int from, int to) {
            return lm.head(Ops.slice(hidden, 0, from, to));
        }
    }
}
