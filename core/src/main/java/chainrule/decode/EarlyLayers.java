package chainrule.decode;

import chainrule.BadInput;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which layers {@link Dola} may contrast the last one with. Layer 0 is the embedding, layer i the residual stream after i
 * blocks; every second layer is a candidate. A tied head's logits of the embedding name the token itself, so there the
 * first two are left out.
 */
public sealed interface EarlyLayers {
    /** The layers of a model of {@code depth} blocks, in rising order. @throws BadInput where it has none of these */
    List<Integer> of(int depth, boolean tied);

    /** The lower half, at most up to layer 18: for long answers, where facts are put together. */
    record Low() implements EarlyLayers {
        @Override
        public List<Integer> of(int depth, boolean tied) {
            int start = !tied || depth < 2 ? 0 : depth == 2 ? 1 : 2;
            return start == depth / 2 ? List.of(start) : every(start, depth <= 40 ? depth / 2 : 20, depth);
        }
    }

    /** The upper half, at most 20 layers of it: for short answers. */
    record High() implements EarlyLayers {
        @Override
        public List<Integer> of(int depth, boolean tied) {
            return every(depth <= 40 ? depth / 2 : depth - 20, depth, depth);
        }
    }

    /** These. */
    record Listed(List<Integer> layers) implements EarlyLayers {
        public Listed {
            layers = List.copyOf(layers);
            if (layers.isEmpty() || layers.stream().anyMatch(l -> l < 0)) {
                throw new BadInput("Early layers are one or more numbers from 0 on, not " + layers + ".");
            }
        }

        @Override
        public List<Integer> of(int depth, boolean tied) {
            layers.stream().filter(l -> l >= depth).findFirst().ifPresent(l -> {
                throw new BadInput("Layer " + l + " is no early one: the model's last is layer " + depth + ".");
            });
            return layers;
        }
    }

    private static List<Integer> every(int from, int to, int depth) {
        if (from >= to) {
            throw new BadInput("A model of " + depth + " layers has none of these: list them.");
        }
        return IntStream.iterate(from, l -> l < to, l -> l + 2).boxed().toList();
    }
}
