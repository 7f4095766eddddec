package chainrule.apps.cli;

import chainrule.model.DecoderConfig;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The size of a fresh model, which has Llama's form. */
final class ShapeOptions {
    @Option(names = "--layers", paramLabel = "N", description = "Blocks of a fresh model (${DEFAULT-VALUE}).")
    int layers = 4;

    @Option(names = "--width", paramLabel = "N", description = "Its width (${DEFAULT-VALUE}).")
    int width = 256;

    @Option(names = "--heads", paramLabel = "N", description = "Its attention heads (${DEFAULT-VALUE}).")
    int heads = 4;

    @Option(
            names = "--vocabulary",
            paramLabel = "N",
            description = "Tokens of a byte-level BPE trained on the text (${DEFAULT-VALUE}).")
    int vocabulary = 4096;

    /** A decoder for texts of {@code context} tokens. */
    DecoderConfig config(int vocabulary, int context) {
        if (layers < 1 || heads < 1 || width < 1 || width % (2 * heads) != 0) {
            throw new Failure.Usage(
                    "The width must be an even multiple of the heads, and all of them above 0: --layers " + layers
                            + " --width " + width + " --heads " + heads + " does not do.");
        }
        int head = width / heads;
        int inner = Math.ceilDiv(width * 8, 3 * 32) * 32;
        return new DecoderConfig(
                vocabulary,
                width,
                layers,
                context,
                new DecoderConfig.Position.Rotated(new Rotary(10_000, head, new Rotary.Scaling.None())),
                new Norm.Kind.Rms(1e-5),
                new Attention.Kind(new Attention.Heads(heads, heads, head), false, false, false, OptionalInt.empty()),
                new Mlp.Kind(true, inner, Activation.SILU, false),
                DecoderConfig.Flow.SERIAL,
                true,
                0.02);
    }
}
